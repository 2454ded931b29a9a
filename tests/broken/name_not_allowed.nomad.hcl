# A default is a literal value.
#
# expect: name_not_allowed line 7

variable "command" {
  type    = string
  default = lower("REDIS-SERVER")
}

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image   = "docker.io/library/redis:7"
        command = var.command
      }
    }
  }
}
