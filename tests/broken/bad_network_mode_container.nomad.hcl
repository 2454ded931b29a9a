# A colon needs something after it.
#
# expect: bad_network_mode network_mode

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image        = "docker.io/library/redis:7"
        network_mode = "container:"
      }
    }
  }
}
