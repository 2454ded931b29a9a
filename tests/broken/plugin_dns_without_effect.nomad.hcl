# expect: plugin_dns_without_effect dns_servers
# plugin: agent/dns_servers.hcl

job "broken" {
  group "cache" {
    network {
      dns {
        searches = ["example.com"]
      }
    }

    task "redis" {
      driver = "podman"

      config {
        image = "docker.io/library/redis:7"
      }
    }
  }
}
