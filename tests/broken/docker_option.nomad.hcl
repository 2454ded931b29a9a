# Names of the docker driver: one that is called something else here, one without counterpart, one inside a block.
#
# expect: docker_option work_dir
# expect: docker_option mount
# expect: docker_option logging.type

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image    = "docker.io/library/redis:7"
        work_dir = "/data"

        mount {
          type   = "bind"
          source = "/srv/redis"
          target = "/data"
        }

        logging {
          type = "journald"
        }
      }
    }
  }
}
