# A client whose output goes to the journal, and from there to Nomad.

plugin "nomad-driver-podman" {
  config {
    logging {
      driver = "journald"

      options {
        tag = "nomad"
      }
    }
  }
}
