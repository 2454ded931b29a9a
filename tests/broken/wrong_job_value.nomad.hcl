# expect: wrong_job_value -
# expect: wrong_job_value -

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
