# expect: swap_without_limit memory_swap

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image       = "docker.io/library/redis:7"
        memory_swap = "2g"
      }

      resources {
        memory     = 256
        memory_max = -1
      }
    }
  }
}
