# expect: log_tag_refused logging.options.tag
# facts: {"host": {"podman_version": "6.0.0"}}

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image = "docker.io/library/redis:7"
        logging {
          driver = "nomad"

          options {
            tag = "redis"
          }
        }
      }
    }
  }
}
