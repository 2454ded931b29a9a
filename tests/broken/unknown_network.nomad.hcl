# expect: unknown_network network_mode
# facts: {"host": {"networks": ["podman", "lan"]}}

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image        = "docker.io/library/redis:7"
        network_mode = "brigde"
      }
    }
  }
}
