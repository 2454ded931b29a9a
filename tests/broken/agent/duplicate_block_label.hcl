# expect: duplicate_block registry["quay.io"]

plugin "nomad-driver-podman" {
  config {
    registry "quay.io" {
      tls_verify = false
    }

    registry "quay.io" {
      tls_verify = true
    }
  }
}
