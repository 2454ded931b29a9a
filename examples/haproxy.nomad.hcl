# A job that computes itself: typed variables, locals, a dynamic block for each port, labels and configuration from
# files in the folder beside it.

variable "datacenters" {
  type    = list(string)
  default = ["dc1"]
}

variable "version" {
  type    = string
  default = "3.2"

  validation {
    condition     = length(split(".", var.version)) == 2
    error_message = "A version is two numbers, such as 3.2."
  }
}

variable "frontends" {
  type = map(object({
    port    = number
    backend = string
  }))

  default = {
    http  = { port = 80, backend = "site" }
    stats = { port = 8404, backend = "stats" }
  }
}

locals {
  image  = "docker.io/library/haproxy:${var.version}-alpine"
  labels = jsondecode(file("haproxy/labels.json"))
  conf   = sort([for name in fileset("haproxy", "*.cfg") : name])
}

job "haproxy" {
  datacenters = var.datacenters
  type        = "service"

  group "haproxy" {
    count = length(var.datacenters) > 1 ? 2 : 1

    network {
      dynamic "port" {
        for_each = var.frontends
        labels   = [port.key]

        content {
          static = port.value.port
          to     = port.value.port + 10000
        }
      }
    }

    task "haproxy" {
      driver = "podman"

      config {
        image   = local.image
        args    = ["haproxy", "-W", "-f", "/usr/local/etc/haproxy"]
        ports   = keys(var.frontends)
        volumes = [for name in local.conf : "local/${name}:/usr/local/etc/haproxy/${name}:ro"]
        labels  = merge(local.labels, { "com.example.datacenters" = join(",", var.datacenters) })
      }

      env {
        FRONTENDS   = join(" ", [for name, it in var.frontends : "${name}:${it.port + 10000}"])
        CONFIG_HASH = substr(sha256(file("haproxy/haproxy.cfg")), 0, 12)
      }

      dynamic "template" {
        for_each = local.conf

        content {
          destination = "local/${template.value}"
          data        = file("haproxy/${template.value}")
        }
      }

      resources {
        cpu    = 300
        memory = 256
      }
    }
  }
}
