# Fine by itself: an agent collects output from Podman.

plugin "nomad-driver-podman" {
  config {
    disable_log_collection = true
  }
}
