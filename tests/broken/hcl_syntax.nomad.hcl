# expect: hcl_syntax line 9

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
