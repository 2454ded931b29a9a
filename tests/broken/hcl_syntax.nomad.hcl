# expect: hcl_syntax -

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image = "docker.io/library/redis:7
      }
    }
  }
}
