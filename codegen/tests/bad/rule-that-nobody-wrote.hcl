# stands for: schema/task.hcl
# expect: `image` names the rule `image.magic`, which nobody wrote
# expect: `image` affects `image`, which does not belong to the rule `image.magic`

option "image" {
  type     = string
  required = true
  doc      = "What to run."
  example  = "redis:7"
  since    = "0.1.0"
  docker   = "image"
  rule     = "image.magic"
  affects  = ["image"]
}

option "hostname" {
  type    = string
  doc     = "Name inside."
  example = "web"
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
