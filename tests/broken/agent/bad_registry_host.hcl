# expect: bad_registry_host registry["https://registry.example.com/team"]

plugin "nomad-driver-podman" {
  config {
    registry "https://registry.example.com/team" {
      tls_verify = false
    }
  }
}
