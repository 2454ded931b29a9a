# expect: bad_log_driver logging.driver

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image = "docker.io/library/redis:7"
        logging {
          driver = "syslog"
        }
      }
    }
  }
}
