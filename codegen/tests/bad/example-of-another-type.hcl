# stands for: schema/task.hcl
# expect: the example of `hostname` is not of its type

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
  example = 5
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
