# expect: deprecated_option port_map
# expect: port_map_label_unknown port_map.rediss

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image = "docker.io/library/redis:7"
        port_map {
          rediss = 6379
        }
      }

      resources {
        network {
          port "redis" {}
        }
      }
    }
  }
}
