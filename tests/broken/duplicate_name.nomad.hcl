# expect: duplicate_name line 7

variable "version" {
  default = "7"
}

variable "version" {
  default = "8"
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
