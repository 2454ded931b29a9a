# expect: bad_static_address ipv4_address
# expect: bad_static_address ipv6_address
# expect: bad_static_address static_ips[1]

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image        = "docker.io/library/redis:7"
        ipv4_address = "10.88.0.500"
        ipv6_address = "fd00::50/64"
        static_ips   = ["10.88.0.51", "localhost"]
      }
    }
  }
}
