# expect: attribute_not_accepted logging

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image   = "docker.io/library/redis:7"
        logging = "journald"
      }
    }
  }
}
