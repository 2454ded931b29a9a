# expect: size_out_of_range memory_reservation
# expect: size_out_of_range shm_size

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image              = "docker.io/library/redis:7"
        memory_reservation = "-5m"
        shm_size           = "8388608t"
      }
    }
  }
}
