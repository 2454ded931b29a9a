# expect: wrong_index line 14

locals {
  ports = ["redis"]
}

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image    = "docker.io/library/redis:7"
        hostname = local.ports[3]
      }
    }
  }
}
