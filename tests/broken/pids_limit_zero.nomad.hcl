# expect: pids_limit_zero pids_limit

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image      = "docker.io/library/redis:7"
        pids_limit = 0
      }
    }
  }
}
