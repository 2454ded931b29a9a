# Fine by itself: output goes to the journal.

plugin "nomad-driver-podman" {
  config {
    logging {
      driver = "journald"
    }
  }
}
