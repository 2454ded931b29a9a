# expect: several_jobs -

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
