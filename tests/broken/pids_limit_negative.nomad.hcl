# expect: pids_limit_negative pids_limit

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image      = "docker.io/library/redis:7"
        pids_limit = -1
      }
    }
  }
}
