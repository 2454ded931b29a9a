# expect: local_cycle line 4

locals {
  name = "${local.full}-cache"
  full = "shop-${local.name}"
}

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image    = "docker.io/library/redis:7"
        hostname = local.full
      }
    }
  }
}
