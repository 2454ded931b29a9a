# expect: several_jobs line 15

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image = "docker.io/library/redis:7"
      }
    }
  }
}

job "second" {
  type = "batch"
}
