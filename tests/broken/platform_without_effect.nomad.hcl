# expect: platform_without_effect arch

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image = "oci-archive:/srv/images/shop.tar"
        arch  = "arm64"
      }
    }
  }
}
