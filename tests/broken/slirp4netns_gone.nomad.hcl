# expect: slirp4netns_gone network_mode
# facts: {"host": {"podman_version": "6.0.0", "rootless": true}}

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image        = "docker.io/library/redis:7"
        network_mode = "slirp4netns"
      }
    }
  }
}
