# expect: undeclared_variable -
# var: verison=8

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
        hostname = "redis-${var.version}"
      }
    }
  }
}
