# expect: ports_without_effect ports

job "broken" {
  group "cache" {
    network {
      port "redis" {
        to = 6379
      }
    }

    task "redis" {
      driver = "podman"

      config {
        image        = "docker.io/library/redis:7"
        network_mode = "none"
        ports        = ["redis"]
      }
    }
  }
}
