# expect: bad_ulimit ulimit.nofile
# expect: bad_ulimit ulimit.core

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image = "docker.io/library/redis:7"
        ulimit {
          nofile = "4096:unlimited"
          core   = ""
        }
      }
    }
  }
}
