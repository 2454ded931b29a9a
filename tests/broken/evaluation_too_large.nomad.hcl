# Sixty-four gigabytes of text out of four lines.
#
# expect: evaluation_too_large line 8

locals {
  a = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
  b = join("", [for n in range(1000) : local.a])
  c = join("", [for n in range(1000) : local.b])
  d = join("", [for n in range(1000) : local.c])
}

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image    = "docker.io/library/redis:7"
        hostname = local.d
      }
    }
  }
}
