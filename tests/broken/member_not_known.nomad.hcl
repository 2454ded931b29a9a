# expect: member_not_known network_mode
# expect: podman_too_old -
# facts: {"host": {"podman_version": "3.4.4"}}

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image        = "docker.io/library/redis:7"
        network_mode = "shop"
      }
    }
  }
}
