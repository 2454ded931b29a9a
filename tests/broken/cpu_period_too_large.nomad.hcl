# expect: cpu_period_too_large cpu_cfs_period

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image          = "docker.io/library/redis:7"
        cpu_hard_limit = true
        cpu_cfs_period = 1000001
      }
    }
  }
}
