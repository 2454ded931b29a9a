# expect: bad_http_timeout client_http_timeout

plugin "nomad-driver-podman" {
  config {
    client_http_timeout = "30 bananas"
  }
}
