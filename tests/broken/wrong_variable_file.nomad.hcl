# expect: wrong_variable_file -
# var-file: wrong_variable_file.vars

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
