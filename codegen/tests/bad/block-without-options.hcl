# stands for: schema/task.hcl
# expect: `hostname` is a block without options, or an attribute with options

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
  kind    = block
  type    = string
  doc     = "Name inside."
  example = {}
  since   = "0.1.0"
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
