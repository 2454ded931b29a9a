# `host` takes no options.
#
# expect: bad_userns_option userns

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image  = "docker.io/library/redis:7"
        userns = "host:size=1"
      }
    }
  }
}
