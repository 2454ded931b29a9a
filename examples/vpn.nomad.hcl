# A download client behind a VPN: it joins the network of the task that holds the tunnel and has no other way out. The
# tunnel needs one device and one capability, not `privileged`. Ports are published by the task that is joined.

job "download" {
  datacenters = ["dc1"]
  type        = "service"

  group "download" {
    network {
      port "http" {
        to = 8080
      }
    }

    task "vpn" {
      driver = "podman"

      lifecycle {
        hook    = "prestart"
        sidecar = true
      }

      config {
        image   = "docker.io/qmcgaw/gluetun:v3.40"
        ports   = ["http"]
        cap_add = ["NET_ADMIN"]
        devices = ["/dev/net/tun"]

        sysctl = {
          "net.ipv4.conf.all.src_valid_mark" = "1"
        }
      }

      env {
        VPN_SERVICE_PROVIDER = "custom"
        VPN_TYPE             = "wireguard"
      }

      template {
        destination = "secrets/vpn.env"
        env         = true
        data        = "WIREGUARD_PRIVATE_KEY={{ with nomadVar \"nomad/jobs/download\" }}{{ .key }}{{ end }}"
      }

      resources {
        cpu    = 100
        memory = 128
      }
    }

    task "qbittorrent" {
      driver = "podman"

      config {
        image        = "lscr.io/linuxserver/qbittorrent:5.1.2"
        network_mode = "task:vpn"
        volumes      = ["/srv/downloads:/downloads"]
      }

      env {
        PUID       = "1000"
        PGID       = "1000"
        WEBUI_PORT = "8080"
      }

      resources {
        cpu    = 500
        memory = 512
      }
    }
  }
}
