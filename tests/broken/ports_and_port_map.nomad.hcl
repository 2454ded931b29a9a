# expect: deprecated_option port_map
# expect: ports_and_port_map port_map

job "broken" {
  group "cache" {
    network {
      port "redis" {
        to = 6379
      }
    }

    task "redis" {
      driver = "podman"

      config {
        image = "docker.io/library/redis:7"
        ports = ["redis"]

        port_map {
          redis = 6379
        }
      }
    }
  }
}
