# expect: ulimit_defaults_lost ulimit
# facts: {"host": {"podman_version": "4.3.1"}}

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image = "docker.io/library/redis:7"
        ulimit {
          memlock = "-1"
        }
      }
    }
  }
}
