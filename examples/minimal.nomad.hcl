# The smallest job that there is: one image, run as it comes. Other examples show what they add to this one.

job "minimal" {
  group "app" {
    task "app" {
      driver = "podman"

      config {
        image = "docker.io/library/redis:7"
      }
    }
  }
}
