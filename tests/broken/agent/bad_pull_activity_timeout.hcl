# expect: bad_pull_activity_timeout pull_activity_timeout

plugin "nomad-driver-podman" {
  config {
    pull_activity_timeout = "2 minutes"
  }
}
