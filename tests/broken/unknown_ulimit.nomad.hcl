# expect: unknown_ulimit ulimit.nofiles

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image = "docker.io/library/redis:7"
        ulimit {
          nofiles = "4096"
        }
      }
    }
  }
}
