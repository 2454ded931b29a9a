# expect: bad_selinuxlabel volumes.selinuxlabel

plugin "nomad-driver-podman" {
  config {
    volumes {
      enabled      = true
      selinuxlabel = "shared"
    }
  }
}
