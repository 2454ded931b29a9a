# A name server with addresses that never change, on a Podman network of the client's own:
#
#   podman network create --subnet 10.89.10.0/24 --subnet 10.89.11.0/24 --ipv6 --subnet fd00:89:10::/64 lan
#
# Only one allocation can have these addresses, so that an update stops the old one first.

job "dns" {
  datacenters = ["dc1"]
  type        = "service"

  constraint {
    attribute = "${attr.unique.hostname}"
    value     = "gateway"
  }

  group "dns" {
    count = 1

    update {
      max_parallel = 1
      canary       = 0
    }

    task "adguard" {
      driver = "podman"

      config {
        image        = "docker.io/adguard/adguardhome:v0.107.64"
        hostname     = "dns"
        network_mode = "lan"
        ipv4_address = "10.89.10.53"
        ipv6_address = "fd00:89:10::53"

        # The address that it had before, for clients that still ask there. It lies in the network's other subnet:
        # Podman gives one address for each.
        static_ips = ["10.89.11.2"]
        static_mac = "92:d0:c6:0a:29:35"

        volumes = [
          "/srv/adguard/conf:/opt/adguardhome/conf",
          "/srv/adguard/work:/opt/adguardhome/work",
        ]
      }

      resources {
        cpu    = 200
        memory = 256
      }
    }
  }
}
