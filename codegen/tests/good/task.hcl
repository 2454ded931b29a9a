# A small set of data that holds together; each file of ../bad replaces one of these.
option "image" {
  type = string
  required = true
  doc = "Image."
  example = "redis:7"
  since = "0.1.0"
  docker = "image"
  rule = "image.reference"
  affects = ["image"]
}
option "hostname" {
  type = string
  doc = "What it is for."
  example = "web"
  since = "0.1.0"
  docker = "hostname"
  sets = ["hostname"]
}
option "pids_limit" {
  type = number
  width = int64
  doc = "Pids."
  example = 5
  since = "0.1.0"
  docker = null
  rule = "image.reference"
}
option "sysctl" {
  type = list(map(string))
  doc = "What it is for."
  example = { "net.core" = "1" }
  since = "0.1.0"
  docker = "sysctl"
  sets = ["sysctl"]
}
option "image_pull_timeout" {
  type = string
  default = "5m"
  doc = "What it is for."
  example = "10m"
  since = "0.1.0"
  docker = null
  not_in_spec = "It never reaches the container."
}
option "entrypoint" {
  type = any
  doc = "What it is for."
  example = ["10m"]
  since = "0.1.0"
  docker = null
  not_in_spec = "It never reaches the container."
}
option "auth" {
  kind = block
  doc = "Auth."
  example = { username = "a" }
  since = "0.1.0"
  docker = null
  option "username" {
    type = string
    doc = "What it is for."
    example = "10m"
    since = "0.1.0"
    docker = null
    not_in_spec = "It never reaches the container."
  }
  option "tls_verify" {
    type = bool
    default = true
    doc = "What it is for."
    example = false
    since = "0.1.0"
    docker = null
    not_in_spec = "It never reaches the container."
  }
}
docker "pid_mode" { instead = "There is none." }
