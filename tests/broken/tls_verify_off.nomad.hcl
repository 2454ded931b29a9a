# expect: tls_verify_off auth.tls_verify

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image = "registry.example.com/shop:2.1"
        auth {
          username   = "ci"
          password   = "hunter2"
          tls_verify = false
        }
      }
    }
  }
}
