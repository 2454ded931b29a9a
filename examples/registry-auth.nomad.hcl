# An image of a private registry: the password is a variable, so that it stands in no file:
#
#   nomad job run -var registry_password=… registry-auth.nomad.hcl

variable "registry_user" {
  type    = string
  default = "nomad"
}

variable "registry_password" {
  type        = string
  description = "Token with the right to pull, from the registry's settings."
}

variable "release" {
  type    = string
  default = "2.1.0"
}

job "shop" {
  datacenters = ["dc1"]
  type        = "service"

  group "shop" {
    network {
      port "http" {
        to = 8080
      }
    }

    task "shop" {
      driver = "podman"

      config {
        image = "registry.example.com/shop/server:${var.release}"
        ports = ["http"]

        auth {
          username   = var.registry_user
          password   = var.registry_password
          tls_verify = true
        }

        # Releases are overwritten while they are tested, and the image is large.
        force_pull         = true
        image_pull_timeout = "15m"
      }

      env {
        LISTEN = "0.0.0.0:8080"
      }

      resources {
        cpu    = 500
        memory = 512
      }
    }
  }
}
