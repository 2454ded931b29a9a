# expect: bad_socket_address socket[0].socket_path

plugin "nomad-driver-podman" {
  config {
    socket {
      socket_path = "ssh://core@10.0.0.7/run/podman/podman.sock"
    }
  }
}
