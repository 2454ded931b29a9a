# expect: unsupported_transport image

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image = "docker-daemon:/redis:7"
      }
    }
  }
}
