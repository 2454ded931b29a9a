# expect: cpu_period_without_hard_limit cpu_cfs_period

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image          = "docker.io/library/redis:7"
        cpu_cfs_period = 50000
      }
    }
  }
}
