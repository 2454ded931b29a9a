# expect: bad_rootless_mode networking.default_rootless_mode

plugin "nomad-driver-podman" {
  config {
    networking {
      default_rootless_mode = "slirp"
    }
  }
}
