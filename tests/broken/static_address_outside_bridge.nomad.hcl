# expect: static_address_outside_bridge ipv4_address

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image        = "docker.io/library/redis:7"
        network_mode = "host"
        ipv4_address = "10.88.0.50"
      }
    }
  }
}
