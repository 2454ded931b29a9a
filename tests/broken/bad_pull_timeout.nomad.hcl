# expect: bad_pull_timeout image_pull_timeout

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image              = "docker.io/library/redis:7"
        image_pull_timeout = "300"
      }
    }
  }
}
