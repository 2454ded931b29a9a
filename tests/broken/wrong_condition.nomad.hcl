# expect: wrong_condition line 10

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image   = "docker.io/library/redis:7"
        command = "yes" ? "redis-server" : "redis-sentinel"
      }
    }
  }
}
