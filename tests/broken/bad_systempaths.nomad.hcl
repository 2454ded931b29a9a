# expect: bad_systempaths security_opt[0]

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image        = "docker.io/library/redis:7"
        security_opt = ["systempaths=all"]
      }
    }
  }
}
