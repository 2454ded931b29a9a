# expect: swap_below_memory memory_swap

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image       = "docker.io/library/redis:7"
        memory_swap = "128m"
      }

      resources {
        memory = 256
      }
    }
  }
}
