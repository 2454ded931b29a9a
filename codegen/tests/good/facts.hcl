model "CgroupVersion" { 
  rust = "crate::facts::CgroupVersion"
  doc = "A." 
}
fact "host.cgroup_version" {
  type = CgroupVersion
  default = "v2"
  doc = "A."
}
fact "host.podman_version" {
  type = string
  default = "v2"
  doc = "A."
}
fact "nomad.env" {
  type = map(string)
  doc = "A."
}
