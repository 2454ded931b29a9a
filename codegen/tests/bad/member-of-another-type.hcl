# stands for: schema/task.hcl
# expect: `hostname` is a string and cannot set `sysctl`, a map(string)
# expect: `sysctl` sets `sysctl`, which `hostname` sets already
# expect: nobody sets `hostname`: it needs a rule, or an option that maps to it

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
  sets    = ["sysctl"]
}

option "sysctl" {
  type    = list(map(string))
  doc     = "Kernel parameters."
  example = { "net.core.somaxconn" = "1024" }
  since   = "0.1.0"
  docker  = "sysctl"
  sets    = ["sysctl"]
}
