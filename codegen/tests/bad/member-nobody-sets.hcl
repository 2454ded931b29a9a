# stands for: schema/spec.hcl
# expect: nobody sets `nobody`: it needs a rule, or an option that maps to it

model "mount" { 
  rust = "oci_spec::runtime::Mount"
  doc = "A." 
}
object "resource_limits" {
  rust = "oci_spec::runtime::LinuxResources"
  doc = "A."
}
member "image" { 
  type = string
  doc = "A." 
  since = "4.3" 
  rule = "image.reference"
}
member "hostname" { 
  type = string
  doc = "A." 
  since = "4.3" 
}
member "sysctl" { 
  type = map(string)
  doc = "A." 
  since = "4.3" 
}
member "resource_limits.memory.limit" { 
  type = int64
  doc = "A." 
  since = "4.3" 
  rule = "image.reference"
}
member "mounts" { 
  type = list(mount)
  doc = "A." 
  since = "4.3" 
  each = true
  rules = ["image.reference"]
}

member "nobody" {
  type  = string
  since = "4.3"
  doc   = "Set by nobody."
}
