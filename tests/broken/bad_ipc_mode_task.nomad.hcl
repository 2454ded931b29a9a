# A colon needs something after it.
#
# expect: bad_ipc_mode ipc_mode

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image    = "docker.io/library/redis:7"
        ipc_mode = "task:"
      }
    }
  }
}
