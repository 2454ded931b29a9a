# expect: dynamic_in_config line 11

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image = "docker.io/library/redis:7"

        dynamic "labels" {
          for_each = ["owner", "tier"]

          content {
            key = labels.value
          }
        }
      }
    }
  }
}
