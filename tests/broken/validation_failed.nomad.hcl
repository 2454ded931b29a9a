# expect: validation_failed line 5

variable "version" {
  type    = string
  default = "latest"

  validation {
    condition     = var.version != "latest"
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
