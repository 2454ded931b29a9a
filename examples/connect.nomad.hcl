# A service in Consul's mesh, whose side-car runs with podman too. Without the sidecar_task block Nomad would take the
# docker driver for it. All tasks of the group share the network that Nomad makes, with name servers of its own.

job "counter" {
  datacenters = ["dc1"]
  type        = "service"

  group "api" {
    network {
      mode = "bridge"

      dns {
        servers  = ["10.0.0.53", "10.0.1.53"]
        searches = ["service.consul"]
        options  = ["ndots:2"]
      }
    }

    service {
      name = "count-api"
      port = "9001"

      connect {
        sidecar_service {}

        sidecar_task {
          driver = "podman"

          config {
            image = "docker.io/envoyproxy/envoy:v1.34.7"

            args = [
              "-c", "${NOMAD_SECRETS_DIR}/envoy_bootstrap.json",
              "-l", "${meta.connect.log_level}",
              "--concurrency", "${meta.connect.proxy_concurrency}",
              "--disable-hot-restart",
            ]

            # Where the plugin's credential helper is down, this public image comes without credentials.
            auth_soft_fail = true
          }

          resources {
            cpu    = 100
            memory = 64
          }
        }
      }
    }

    task "api" {
      driver = "podman"

      config {
        image = "docker.io/hashicorpdev/counter-api:v3"
      }

      resources {
        cpu    = 100
        memory = 64
      }
    }
  }
}
