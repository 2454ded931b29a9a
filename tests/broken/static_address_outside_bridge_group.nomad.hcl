# The group's network is Nomad's.
#
# expect: static_address_outside_bridge static_mac

job "broken" {
  group "cache" {
    network {
      mode = "bridge"
    }

    task "redis" {
      driver = "podman"

      config {
        image      = "docker.io/library/redis:7"
        static_mac = "92:d0:c6:0a:29:33"
      }
    }
  }
}
