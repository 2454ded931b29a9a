# expect: entrypoint_empty entrypoint

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image      = "docker.io/library/redis:7"
        entrypoint = []
        command    = "redis-server"
      }
    }
  }
}
