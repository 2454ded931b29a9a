# expect: bad_device devices[0]
# expect: bad_device devices[1]

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image   = "docker.io/library/redis:7"
        devices = ["dev/fuse", "/dev/sda1:xvda1", "nvidia.com/gpu=all"]
      }
    }
  }
}
