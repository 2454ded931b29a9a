# A reverse proxy on the host's own network: nothing is published, the process listens on the host itself. The ports
# are still declared, so that Nomad gives them to nobody else.

job "proxy" {
  datacenters = ["dc1"]
  type        = "system"

  group "traefik" {
    network {
      mode = "host"

      port "http" {
        static = 80
      }

      port "https" {
        static = 443
      }

      port "metrics" {}
    }

    task "traefik" {
      driver = "podman"

      config {
        image        = "docker.io/library/traefik:v3.5"
        network_mode = "host"
        volumes      = ["/etc/traefik/certs:/certs:ro"]
      }

      env {
        TRAEFIK_ENTRYPOINTS_HTTP_ADDRESS    = ":${NOMAD_PORT_http}"
        TRAEFIK_ENTRYPOINTS_HTTPS_ADDRESS   = ":${NOMAD_PORT_https}"
        TRAEFIK_ENTRYPOINTS_METRICS_ADDRESS = ":${NOMAD_PORT_metrics}"
        TRAEFIK_METRICS_PROMETHEUS          = "true"
        TRAEFIK_PROVIDERS_NOMAD             = "true"
      }

      resources {
        cpu    = 300
        memory = 256
      }
    }
  }
}
