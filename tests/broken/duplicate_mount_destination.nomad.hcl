# The second pair is one with a folder that Nomad mounts.
#
# expect: duplicate_mount_destination volumes[1]
# expect: duplicate_mount_destination tmpfs[0]

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image   = "docker.io/library/redis:7"
        volumes = ["/srv/a:/data", "/srv/b:/data/"]
        tmpfs   = ["/local"]
      }
    }
  }
}
