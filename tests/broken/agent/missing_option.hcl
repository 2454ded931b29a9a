# expect: missing_option socket[0].socket_path
# expect: no_default_socket socket
# expect: unknown_socket socket

plugin "nomad-driver-podman" {
  config {
    socket {
      name = "app"
    }
  }
}
