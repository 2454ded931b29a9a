# A web service: a published port with a health check, a template as a file in the container, content from the host,
# labels for a reverse proxy, and a line in /etc/hosts.

job "web" {
  datacenters = ["dc1"]
  type        = "service"

  group "site" {
    count = 2

    network {
      port "http" {
        to = 80
      }
    }

    service {
      name     = "site"
      provider = "nomad"
      port     = "http"
      tags     = ["public"]

      check {
        type     = "http"
        path     = "/healthz"
        interval = "10s"
        timeout  = "2s"
      }
    }

    task "nginx" {
      driver = "podman"

      config {
        image = "docker.io/library/nginx:1.29-alpine"
        ports = ["http"]

        volumes = [
          "local/site.conf:/etc/nginx/conf.d/default.conf:ro",
          "/srv/www:/usr/share/nginx/html:ro",
        ]

        extra_hosts = ["api:10.0.0.5", "host:host-gateway"]

        labels = {
          "traefik.enable"                 = "true"
          "traefik.http.routers.site.rule" = "Host(`www.example.com`)"
          "traefik.http.routers.site.tls"  = "true"
          "com.example.allocation"         = "${NOMAD_ALLOC_ID}"
        }
      }

      template {
        destination = "local/site.conf"
        data        = <<-EOT
          server {
            listen 80;
            root   /usr/share/nginx/html;

            location = /healthz {
              return 204;
            }

            location /api/ {
              proxy_pass http://api:8080/;
            }
          }
        EOT
      }

      resources {
        cpu    = 200
        memory = 128
      }
    }
  }
}
