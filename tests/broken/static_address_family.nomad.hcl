# expect: static_address_family ipv4_address
# expect: static_address_family ipv6_address

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image        = "docker.io/library/redis:7"
        ipv4_address = "fd00::50"
        ipv6_address = "10.88.0.50"
      }
    }
  }
}
