# expect: podman_too_old -
# facts: {"host": {"podman_version": "4.2.0"}}

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image = "docker.io/library/redis:7"
      }
    }
  }
}
