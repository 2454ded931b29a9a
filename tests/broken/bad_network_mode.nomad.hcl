# expect: bad_network_mode network_mode
# facts: {"host": {"rootless": true}}

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image        = "docker.io/library/redis:7"
        network_mode = "pasta:--map-gw"
      }
    }
  }
}
