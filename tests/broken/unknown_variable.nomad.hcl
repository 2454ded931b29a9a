# expect: unknown_variable line 15

variable "version" {
  type    = string
  default = "7"
}

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image    = "docker.io/library/redis:7"
        hostname = "redis-${var.versoin}"
      }
    }
  }
}
