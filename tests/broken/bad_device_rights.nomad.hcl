# expect: bad_device_rights devices[0]

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image   = "docker.io/library/redis:7"
        devices = ["/dev/sda1:/dev/xvda1:rx"]
      }
    }
  }
}
