# expect: shm_size_needs_own_ipc shm_size

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image    = "docker.io/library/redis:7"
        ipc_mode = "host"
        shm_size = "256m"
      }
    }
  }
}
