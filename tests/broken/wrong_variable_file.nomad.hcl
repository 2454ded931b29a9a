# expect: wrong_variable_file line 1 of wrong_variable_file.vars
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
