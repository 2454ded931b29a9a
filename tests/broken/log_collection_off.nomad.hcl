# expect: log_collection_off logging.driver
# plugin: agent/log_collection_off.hcl

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image = "docker.io/library/redis:7"
        logging {
          driver = "nomad"
        }
      }
    }
  }
}
