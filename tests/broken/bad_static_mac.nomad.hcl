# expect: bad_static_mac static_mac

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image      = "docker.io/library/redis:7"
        static_mac = "92:d0:c6:0a:29"
      }
    }
  }
}
