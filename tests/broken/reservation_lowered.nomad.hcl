# expect: reservation_lowered memory_reservation

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image              = "docker.io/library/redis:7"
        memory_reservation = "300m"
      }

      resources {
        memory     = 256
        memory_max = 512
      }
    }
  }
}
