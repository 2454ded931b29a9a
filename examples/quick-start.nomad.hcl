# The job of examples/quick-start: says hello once a second.
variable "image" {
  type    = string
  default = "docker.io/library/busybox:1.36"
}

job "hello" {
  group "hello" {
    task "hello" {
      driver = "podman"

      config {
        image   = var.image
        command = "/bin/sh"
        args    = ["-c", "while true; do date; sleep 1; done"]
      }

      resources {
        cpu    = 100
        memory = 32
      }
    }
  }
}
