# Fine by itself: a block without a name is the default one.

plugin "nomad-driver-podman" {
  config {
    socket {
      socket_path = "unix:///run/podman/podman.sock"
    }

    socket {
      name        = "app"
      socket_path = "unix:///run/user/1000/podman/podman.sock"
    }
  }
}
