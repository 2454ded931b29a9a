# expect: log_options_without_effect logging.options

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image = "docker.io/library/redis:7"
        logging {
          driver = "nomad"

          options = {
            "max-size" = "10m"
          }
        }
      }
    }
  }
}
