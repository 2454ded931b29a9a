# expect: wrong_type_constraint line 4

variable "limit" {
  type    = int
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
