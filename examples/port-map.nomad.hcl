# A job of an older style, as it still comes along: the network in the task's resources, and port_map for the ports
# inside the container. It works, and `check` says what to write instead.

job "memcached" {
  datacenters = ["dc1"]
  type        = "service"

  group "cache" {
    task "memcached" {
      driver = "podman"

      config {
        image = "docker.io/library/memcached:1.6-alpine"

        port_map {
          memcached = 11211
        }
      }

      resources {
        cpu    = 100
        memory = 128

        network {
          mbits = 10

          port "memcached" {}
        }
      }
    }
  }
}
