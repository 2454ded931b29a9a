# expect: unknown_local line 14

locals {
  command = "redis-server"
}

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image   = "docker.io/library/redis:7"
        command = local.comand
      }
    }
  }
}
