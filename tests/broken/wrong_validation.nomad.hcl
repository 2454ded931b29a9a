# The check does not look at its variable.
#
# expect: wrong_validation line 10

variable "version" {
  type    = string
  default = "7"

  validation {
    condition     = length("7") > 0
    error_message = "Name a version."
  }
}

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image    = "docker.io/library/redis:7"
        hostname = "redis-${var.version}"
      }
    }
  }
}
