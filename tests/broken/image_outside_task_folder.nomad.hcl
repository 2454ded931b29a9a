# expect: archive_reference_ignored image

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image = "docker-archive:/srv/images/shop.tar:shop:2.1"
      }
    }
  }
}
