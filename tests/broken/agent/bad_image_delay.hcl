# expect: bad_image_delay gc.image_delay

plugin "nomad-driver-podman" {
  config {
    gc {
      image       = true
      image_delay = "soon"
    }
  }
}
