# A service with as little as it needs: nothing of the image can be changed, one capability, no way to more rights, the
# system calls of a list, few processes, and a range of user IDs of its own. Podman takes that range from those of a user
# `containers`, who has to be on the client and in its /etc/subuid and /etc/subgid.

job "hardened" {
  datacenters = ["dc1"]
  type        = "service"

  group "web" {
    network {
      port "http" {
        to = 80
      }
    }

    task "caddy" {
      driver = "podman"

      config {
        image           = "docker.io/library/caddy:2.10-alpine"
        ports           = ["http"]
        readonly_rootfs = true
        cap_drop        = ["ALL"]
        cap_add         = ["NET_BIND_SERVICE"]
        userns          = "auto:size=65536"
        pids_limit      = 100

        security_opt = [
          "no-new-privileges",
          "seccomp=/usr/share/containers/seccomp.json",
        ]

        ulimit {
          nofile = "1024"
          nproc  = "128"
        }

        tmpfs = [
          "/config:rw,size=8m,noexec,nosuid,nodev",
          "/data:rw,size=16m,noexec,nosuid,nodev",
        ]
      }

      resources {
        cpu    = 100
        memory = 128
      }
    }
  }
}
