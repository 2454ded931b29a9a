# expect: deprecated_option port_map
# expect: port_map_without_network port_map

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image = "docker.io/library/redis:7"
        port_map {
          redis = 6379
        }
      }
    }
  }
}
