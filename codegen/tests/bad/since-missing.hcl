# stands for: schema/task.hcl
# expect: `hostname` does not say `since` as our version, such as "0.1.0"

option "image" {
  type     = string
  required = true
  doc      = "What to run."
  example  = "redis:7"
  since    = "0.1.0"
  docker   = "image"
  rule     = "image.reference"
  affects  = ["image"]
}

option "hostname" {
  type    = string
  doc     = "Name inside."
  example = "web"
  docker  = "hostname"
  sets    = ["hostname"]
}

option "sysctl" {
  type    = list(map(string))
  doc     = "Kernel parameters."
  example = { "net.core.somaxconn" = "1024" }
  since   = "0.1.0"
  docker  = "sysctl"
  sets    = ["sysctl"]
}
