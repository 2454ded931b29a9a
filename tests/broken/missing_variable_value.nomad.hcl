# expect: missing_variable_value line 3

variable "name" {
  type = string
}

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image    = "docker.io/library/redis:7"
        hostname = var.name
      }
    }
  }
}
