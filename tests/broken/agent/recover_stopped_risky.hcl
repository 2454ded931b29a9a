# expect: recover_stopped_risky recover_stopped

plugin "nomad-driver-podman" {
  config {
    recover_stopped = true
  }
}
