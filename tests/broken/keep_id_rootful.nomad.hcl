# expect: keep_id_rootful userns

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image  = "docker.io/library/redis:7"
        userns = "keep-id"
      }
    }
  }
}
