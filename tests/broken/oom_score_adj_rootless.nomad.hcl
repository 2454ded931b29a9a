# expect: oom_score_adj_rootless oom_score_adj
# facts: {"host": {"rootless": true}}

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image         = "docker.io/library/redis:7"
        oom_score_adj = -500
      }
    }
  }
}
