# expect: duplicate_block logging

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image = "docker.io/library/redis:7"
        logging {
          driver = "journald"
        }

        logging {
          driver = "nomad"
        }
      }
    }
  }
}
