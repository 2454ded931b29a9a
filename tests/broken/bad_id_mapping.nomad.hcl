# expect: bad_id_mapping userns

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image  = "docker.io/library/redis:7"
        userns = "auto:uidmapping=0:100000"
      }
    }
  }
}
