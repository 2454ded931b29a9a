# expect: port_given_twice ports[1]

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
        ports = ["redis", "redis"]
      }
    }
  }
}
