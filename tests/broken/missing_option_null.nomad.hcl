# What is null is left out.
#
# expect: missing_option image

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image = null
      }
    }
  }
}
