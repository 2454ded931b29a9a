# expect: credentials_without_effect auth

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image = "oci-archive:https://files.example.com/shop.tar"
        auth {
          username = "ci"
          password = "hunter2"
        }
      }
    }
  }
}
