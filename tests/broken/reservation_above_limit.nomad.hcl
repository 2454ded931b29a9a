# expect: reservation_above_limit memory_reservation

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image              = "docker.io/library/redis:7"
        memory_reservation = "1g"
      }

      resources {
        memory = 256
      }
    }
  }
}
