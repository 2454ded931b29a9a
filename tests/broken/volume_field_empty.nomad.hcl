# expect: volume_field_empty volumes[0]
# expect: volume_field_empty volumes[1]

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image   = "docker.io/library/redis:7"
        volumes = [":/data", "/srv/redis:"]
      }
    }
  }
}
