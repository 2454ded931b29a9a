# expect: log_driver_not_inherited logging.options
# plugin: agent/journald.hcl

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image = "docker.io/library/redis:7"
        logging {
          options {
            tag = "redis"
          }
        }
      }
    }
  }
}
