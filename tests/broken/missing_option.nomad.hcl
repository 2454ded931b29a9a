# expect: missing_option image

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        command = "redis-server"
      }
    }
  }
}
