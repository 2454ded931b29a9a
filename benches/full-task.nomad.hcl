job "shop" {
  group "front" {
    network {
      port "http" { to = 8080 }
      port "admin" { to = 8080 }
    }

    task "web" {
      driver = "podman"
      user   = "1000:1000"

      config {
        image              = "registry.example.com:5000/team/web:1.4.2"
        force_pull         = false
        image_pull_timeout = "10m"
        entrypoint         = ["/usr/bin/tini", "--"]
        command            = "/app/server"
        args               = ["--listen", "0.0.0.0:8080", "--verbose"]
        working_dir        = "/app"
        hostname           = "web-1"
        init               = true
        tty                = false
        cap_add            = ["NET_BIND_SERVICE", "SYS_TIME"]
        cap_drop           = ["ALL"]
        readonly_rootfs    = true
        security_opt       = ["no-new-privileges", "seccomp=/etc/seccomp.json"]
        memory_reservation = "200m"
        memory_swap        = "1g"
        cpu_hard_limit     = true
        cpu_cfs_period     = 200000
        pids_limit         = 512
        shm_size           = "128m"
        ports              = ["http", "admin"]
        extra_hosts        = ["db.internal:10.0.0.5", "cache.internal:10.0.0.6"]
        volumes            = ["/srv/data:/data", "/etc/localtime:/etc/localtime:ro", "local/conf:/conf:ro"]
        tmpfs              = ["/tmp:size=64m,mode=1777", "/run"]

        labels {
          team    = "shop"
          service = "web"
          tier    = "front"
        }

        ulimit {
          nofile = "65536:65536"
          nproc  = "4096"
        }

        sysctl = {
          "net.core.somaxconn" = "16384"
        }

        logging {
          driver = "journald"
          options {
            tag = "web"
          }
        }

        auth {
          username = "robot"
          password = "not-a-real-one"
        }
      }
    }
  }
}
