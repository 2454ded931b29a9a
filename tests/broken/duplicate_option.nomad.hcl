# expect: duplicate_option image
# expect: duplicate_block logging

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image = "docker.io/library/redis:7"
        image = "docker.io/library/redis:8"

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
