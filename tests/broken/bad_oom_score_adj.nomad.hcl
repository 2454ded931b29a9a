# expect: bad_oom_score_adj oom_score_adj

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image         = "docker.io/library/redis:7"
        oom_score_adj = 2000
      }
    }
  }
}
