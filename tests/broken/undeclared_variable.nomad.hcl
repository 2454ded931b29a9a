# expect: undeclared_variable line 1 of argument: var.verison
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
