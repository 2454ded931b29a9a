# expect: wrong_template_part line 14

locals {
  names = ["a", "b"]
}

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image    = "docker.io/library/redis:7"
        hostname = "redis-${local.names}"
      }
    }
  }
}
