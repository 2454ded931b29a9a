# expect: wrong_labels line 5
# expect: wrong_labels line 6

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
