# expect: incomplete_credentials auth

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image = "registry.example.com/shop:2.1"
        auth {
          username = "ci"
        }
      }
    }
  }
}
