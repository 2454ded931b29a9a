# expect: ulimit_soft_above_hard ulimit.nofile

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image = "docker.io/library/redis:7"
        ulimit {
          nofile = "8192:4096"
        }
      }
    }
  }
}
