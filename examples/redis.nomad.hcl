# Redis as a cache: command with arguments, kernel parameters and limits for many connections, no swap.

job "redis" {
  datacenters = ["dc1"]
  type        = "service"

  group "cache" {
    network {
      port "redis" {
        static = 6379
      }
    }

    service {
      name     = "redis"
      provider = "nomad"
      port     = "redis"

      check {
        type     = "tcp"
        interval = "10s"
        timeout  = "2s"
      }
    }

    task "redis" {
      driver       = "podman"
      kill_signal  = "SIGTERM"
      kill_timeout = "30s"

      config {
        image    = "docker.io/library/redis:7.4-alpine"
        command  = "redis-server"
        args     = ["--maxmemory", "200mb", "--maxmemory-policy", "allkeys-lru", "--save", ""]
        hostname = "redis-${NOMAD_ALLOC_INDEX}"
        ports    = ["redis"]

        # Together with the memory below: no swap at all.
        memory_swap = "256m"

        sysctl = {
          "net.core.somaxconn" = "1024"
        }

        ulimit {
          nofile = "10240:20480"
          nproc  = "4096"
        }
      }

      resources {
        cpu    = 500
        memory = 256
      }
    }
  }
}
