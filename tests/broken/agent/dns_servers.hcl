# Fine by itself: name servers for groups that have none.

plugin "nomad-driver-podman" {
  config {
    dns_servers = ["10.0.0.53"]
  }
}
