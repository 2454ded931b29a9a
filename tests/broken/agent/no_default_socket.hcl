# expect: no_default_socket socket
# expect: unknown_socket socket

plugin "nomad-driver-podman" {
  config {
    socket {
      name        = "app"
      socket_path = "unix:///run/user/1000/podman/podman.sock"
    }
  }
}
