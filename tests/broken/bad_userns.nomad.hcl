# expect: bad_userns userns

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image  = "docker.io/library/redis:7"
        userns = "private"
      }
    }
  }
}
