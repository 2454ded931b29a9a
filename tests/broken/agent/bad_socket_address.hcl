# expect: bad_socket_address socket_path

plugin "nomad-driver-podman" {
  config {
    socket_path = "/run/podman/podman.sock"
  }
}
