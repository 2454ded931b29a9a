# Output to the host's journal, under a tag: `journalctl CONTAINER_TAG=mosquitto`. A small init process reaps what the
# start script leaves behind.

job "mqtt" {
  datacenters = ["dc1"]
  type        = "service"

  group "broker" {
    network {
      port "mqtt" {
        static = 1883
      }
    }

    task "mosquitto" {
      driver = "podman"

      config {
        image     = "docker.io/library/eclipse-mosquitto:2.0"
        ports     = ["mqtt"]
        volumes   = ["local/mosquitto.conf:/mosquitto/config/mosquitto.conf:ro"]
        init      = true
        init_path = "/usr/libexec/podman/catatonit"

        logging {
          driver = "journald"

          options {
            tag = "mosquitto"
          }
        }
      }

      template {
        destination = "local/mosquitto.conf"
        data        = <<-EOT
          listener 1883
          allow_anonymous true
        EOT
      }

      resources {
        cpu    = 100
        memory = 64
      }
    }
  }
}
