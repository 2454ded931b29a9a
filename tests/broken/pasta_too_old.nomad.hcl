# expect: pasta_too_old network_mode
# facts: {"host": {"podman_version": "4.3.1", "rootless": true}}

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
