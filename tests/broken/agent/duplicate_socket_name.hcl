# expect: duplicate_socket_name socket[1].name

plugin "nomad-driver-podman" {
  config {
    socket {
      socket_path = "unix:///run/podman/podman.sock"
    }

    socket {
      name        = "default"
      socket_path = "unix:///run/user/1000/podman/podman.sock"
    }
  }
}
