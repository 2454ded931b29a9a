# Ten mistakes that Nomad accepts, plans and places, and that fail only on the client. Some come with a job that was
# written for docker, some are typing errors, and some look right until one thinks of the units.
#
#   podman-driver-render check broken.nomad.hcl

job "broken" {
  datacenters = ["dc1"]
  type        = "service"

  group "shop" {
    network {
      port "http" {
        to = 8080
      }
    }

    task "server" {
      driver = "podman"

      config {
        image    = "docker.io/library/Nginx:1.29"
        ports    = ["htpp"]
        work_dir = "/srv/shop"
        cap_add  = ["NET_BIND_SERVCE"]

        volumes = [
          "/srv/shop",
          "/srv/uploads:/uploads:ro",
        ]

        auth {
          username       = "ci"
          password       = "hunter2"
          auth_soft_fail = true
        }
      }

      resources {
        cpu    = 500
        memory = 512
      }
    }

    task "cache" {
      driver = "podman"

      config {
        image        = "docker.io/library/redis:7"
        args         = "--port 7000"
        memory_swap  = "128m"
        network_mode = "host"
        ipv4_address = "10.88.0.50"

        ulimit {
          nofile = "8192:4096"
        }
      }

      resources {
        cpu    = 200
        memory = 256
      }
    }
  }
}
