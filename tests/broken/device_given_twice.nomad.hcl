# expect: device_given_twice devices[1]

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image   = "docker.io/library/redis:7"
        devices = ["/dev/fuse", "/dev/fuse:/dev/fuse:rw"]
      }
    }
  }
}
