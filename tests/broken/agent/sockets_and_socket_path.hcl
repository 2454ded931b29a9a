# expect: sockets_and_socket_path socket_path

plugin "nomad-driver-podman" {
  config {
    socket_path = "unix:///run/podman/podman.sock"

    socket {
      name        = "default"
      socket_path = "unix:///run/podman/podman.sock"
    }
  }
}
