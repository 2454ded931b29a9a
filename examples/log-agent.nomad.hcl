# An agent on every client that ships its logs: the host's folders read-only with new mounts shown, one capability
# instead of privileged, and a configuration that stands right here.

job "log-agent" {
  datacenters = ["dc1"]
  type        = "system"

  group "vector" {
    task "vector" {
      driver = "podman"

      config {
        image    = "docker.io/timberio/vector:0.48.0-alpine"
        hostname = "${node.unique.name}"
        cap_drop = ["ALL"]
        cap_add  = ["DAC_READ_SEARCH"]

        volumes = [
          "/var/log:/var/log:ro,rslave",
          "/var/lib/vector:/var/lib/vector",
          "local/vector.yaml:/etc/vector/vector.yaml:ro",
        ]

        # Its own output would come back as input.
        logging {
          driver = "nomad"
        }
      }

      logs {
        max_files     = 2
        max_file_size = 5
      }

      template {
        destination     = "local/vector.yaml"
        left_delimiter  = "[["
        right_delimiter = "]]"
        data            = <<-EOT
          sources:
            files:
              type: file
              include: ["/var/log/**/*.log"]
          sinks:
            loki:
              type: loki
              inputs: ["files"]
              endpoint: "http://loki.service.consul:3100"
              encoding: { codec: json }
              labels: { host: "{{ host }}" }
        EOT
      }

      resources {
        cpu    = 100
        memory = 128
      }
    }
  }
}
