# Fine by itself: folders of an allocation are shared by its tasks.

plugin "nomad-driver-podman" {
  config {
    volumes {
      selinuxlabel = "z"
    }
  }
}
