# expect: unknown_propagation -

job "broken" {
  group "cache" {
    volume "data" {
      type   = "host"
      source = "redis"
    }

    task "redis" {
      driver = "podman"

      config {
        image = "docker.io/library/redis:7"
      }

      volume_mount {
        volume           = "data"
        destination      = "/data"
        propagation_mode = "shared"
      }
    }
  }
}
