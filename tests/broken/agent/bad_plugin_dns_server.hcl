# expect: bad_plugin_dns_server dns_servers[1]

plugin "nomad-driver-podman" {
  config {
    dns_servers = ["10.0.0.53", "dns.example.com"]
  }
}
