# expect: pasta_needs_rootless network_mode

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image        = "docker.io/library/redis:7"
        network_mode = "pasta"
      }
    }
  }
}
