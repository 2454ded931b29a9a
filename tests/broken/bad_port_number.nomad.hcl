# expect: bad_port_number port_map.redis
# expect: deprecated_option port_map

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image = "docker.io/library/redis:7"
        port_map {
          redis = 70000
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
