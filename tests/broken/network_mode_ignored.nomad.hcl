# expect: network_mode_ignored network_mode

job "broken" {
  group "cache" {
    network {
      mode = "bridge"
    }

    task "redis" {
      driver = "podman"

      config {
        image        = "docker.io/library/redis:7"
        network_mode = "host"
      }
    }
  }
}
