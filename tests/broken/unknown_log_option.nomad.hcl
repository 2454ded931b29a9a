# expect: unknown_log_option logging.options.tags

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image = "docker.io/library/redis:7"
        logging {
          driver = "journald"

          options {
            tags = "redis"
          }
        }
      }
    }
  }
}
