# expect: entrypoint_string entrypoint

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image      = "docker.io/library/redis:7"
        entrypoint = "/bin/sh -c"
      }
    }
  }
}
