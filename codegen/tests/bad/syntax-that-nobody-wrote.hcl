# stands for: schema/task.hcl
# expect: `hostname` names the syntax `rfc1123`, which nobody wrote

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
  since   = "0.1.0"
  docker  = "hostname"
  sets    = ["hostname"]
  syntax  = rfc1123
}

option "sysctl" {
  type    = list(map(string))
  doc     = "Kernel parameters."
  example = { "net.core.somaxconn" = "1024" }
  since   = "0.1.0"
  docker  = "sysctl"
  sets    = ["sysctl"]
}
