# expect: split_without_effect logging.split

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image = "docker.io/library/redis:7"
        logging {
          driver = "journald"
          split  = true
        }
      }
    }
  }
}
