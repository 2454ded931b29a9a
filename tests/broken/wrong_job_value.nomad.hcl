# expect: wrong_job_value line 16
# expect: wrong_job_value line 6

job "broken" {
  group "cache" {
    count = "many"

    task "redis" {
      driver = "podman"

      config {
        image = "docker.io/library/redis:7"
      }

      resources {
        memory = [256]
      }
    }
  }
}
