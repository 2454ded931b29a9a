# expect: capabilities_on_privileged cap_add

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image      = "docker.io/library/redis:7"
        privileged = true
        cap_add    = ["NET_ADMIN"]
      }
    }
  }
}
