# The docker driver has blocks for devices.
#
# expect: block_not_accepted devices

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image = "docker.io/library/redis:7"
        devices {
          host_path      = "/dev/fuse"
          container_path = "/dev/fuse"
        }
      }
    }
  }
}
