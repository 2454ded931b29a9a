# expect: volume_too_many_fields volumes[0]

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image   = "docker.io/library/redis:7"
        volumes = ["/srv/redis:/data:ro:z"]
      }
    }
  }
}
