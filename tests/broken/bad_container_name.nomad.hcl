# expect: bad_container_name -

job "broken" {
  group "cache" {
    task "web server" {
      driver = "podman"

      config {
        image = "docker.io/library/redis:7"
      }
    }
  }
}
