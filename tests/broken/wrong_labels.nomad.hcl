# expect: wrong_labels -
# expect: wrong_labels -

job "broken" {
  group {
    task "redis" "cache" {
      driver = "podman"

      config {
        image = "docker.io/library/redis:7"
      }
    }
  }
}
