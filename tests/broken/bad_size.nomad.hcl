# expect: bad_size shm_size
# expect: bad_size memory_reservation
# expect: bad_size memory_swap

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image              = "docker.io/library/redis:7"
        shm_size           = "lots"
        memory_reservation = "1.5g"
        memory_swap        = "512MiB"
      }
    }
  }
}
