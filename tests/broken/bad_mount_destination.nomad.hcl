# expect: bad_mount_destination volumes[0]
# expect: bad_mount_destination tmpfs[0]

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image   = "docker.io/library/redis:7"
        volumes = ["/srv/redis:data"]
        tmpfs   = ["scratch:size=64m"]
      }
    }
  }
}
