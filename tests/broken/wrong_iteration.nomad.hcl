# expect: wrong_iteration line 10

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
