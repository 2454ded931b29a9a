# Fine by itself: nothing of the host can be mounted.

plugin "nomad-driver-podman" {
  config {
    volumes {
      enabled = false
    }
  }
}
