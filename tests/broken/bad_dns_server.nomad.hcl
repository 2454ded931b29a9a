# expect: bad_dns_server -

job "broken" {
  group "cache" {
    network {
      dns {
        servers = ["one.one.one.one", "1.1.1.1"]
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
