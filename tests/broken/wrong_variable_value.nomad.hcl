# expect: wrong_variable_value line 1 of argument: var.limit
# var: limit=many

variable "limit" {
  type    = number
  default = 64
}

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image      = "docker.io/library/redis:7"
        pids_limit = var.limit
      }
    }
  }
}
