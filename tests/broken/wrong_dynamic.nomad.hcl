# expect: wrong_dynamic line 7

job "broken" {
  group "cache" {
    network {
      dynamic "port" {
        for_each = 3
        labels   = [port.value]

        content {
          to = 6379
        }
      }
    }

    task "redis" {
      driver = "podman"

      config {
        image = "docker.io/library/redis:7"
      }
    }
  }
}
