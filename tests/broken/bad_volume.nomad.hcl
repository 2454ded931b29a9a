# expect: bad_volume volumes[0]

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image   = "docker.io/library/redis:7"
        volumes = ["/srv/redis"]
      }
    }
  }
}
