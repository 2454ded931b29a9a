# expect: bad_entrypoint entrypoint

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image      = "docker.io/library/redis:7"
        entrypoint = 12
      }
    }
  }
}
