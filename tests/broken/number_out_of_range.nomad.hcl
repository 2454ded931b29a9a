# expect: number_not_whole pids_limit
# expect: number_out_of_range oom_score_adj
# expect: number_out_of_range cpu_cfs_period

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image          = "docker.io/library/redis:7"
        pids_limit     = 1.5
        oom_score_adj  = 40000
        cpu_hard_limit = true
        cpu_cfs_period = -1
      }
    }
  }
}
