# A tag has no spaces.
#
# expect: bad_image_reference image

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image = "docker.io/library/redis:7 alpine"
      }
    }
  }
}
