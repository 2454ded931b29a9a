# expect: image_empty image

variable "image" {
  type    = string
  default = ""
}

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image = var.image
      }
    }
  }
}
