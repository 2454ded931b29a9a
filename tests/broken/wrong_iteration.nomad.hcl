# expect: wrong_iteration -

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image = "docker.io/library/redis:7"
        args  = [for word in "--port 7000" : word]
      }
    }
  }
}
