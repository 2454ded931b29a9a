# stands for: schema/task.hcl
# expect: `hostname` needs a `width` just where its type is number: int64, uint64, int16
# expect: `hostname` is a number and cannot set `hostname`, a string

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
  type    = number
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
