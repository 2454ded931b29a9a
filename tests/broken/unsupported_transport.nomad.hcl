# expect: unsupported_transport image

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image = "dir:/srv/images/redis"
      }
    }
  }
}
