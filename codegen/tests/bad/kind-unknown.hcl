# stands for: schema/task.hcl
# expect: `blok` is no kind; kinds are attribute, block, block_list, block_map and block_attrs

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
  kind    = blok
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
