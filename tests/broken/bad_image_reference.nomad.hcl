# expect: bad_image_reference image

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image = "docker.io/Library/Redis"
      }
    }
  }
}
