# expect: swappiness_without_effect memory_swappiness

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image             = "docker.io/library/redis:7"
        memory_swappiness = 10
      }
    }
  }
}
