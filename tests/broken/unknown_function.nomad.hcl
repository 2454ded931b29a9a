# expect: unknown_function line 10

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image   = "docker.io/library/redis:7"
        command = lowercase("REDIS-SERVER")
      }
    }
  }
}
