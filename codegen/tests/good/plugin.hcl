option "volumes" {
  kind = block
  default = { enabled = true }
  doc = "Auth."
  example = { enabled = false }
  since = "0.1.0"
  docker = null
  option "enabled" {
    type = bool
    default = true
    doc = "Host."
    example = false
    since = "0.1.0"
    docker = null
    not_in_spec = "It is."
  }
}
option "socket" {
  kind = block_list
  doc = "Auth."
  example = { socket_path = "/a" }
  since = "0.1.0"
  docker = null
  option "socket_path" {
    type = string
    required = true
    doc = "Host."
    example = "x"
    since = "0.1.0"
    docker = null
    not_in_spec = "It is."
  }
}
