# A misspelt name, and a name in the wrong place.
#
# expect: unknown_option comand
# expect: unknown_option auth.auth_soft_fail

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image  = "docker.io/library/redis:7"
        comand = "redis-server"

        auth {
          username       = "ci"
          password       = "hunter2"
          auth_soft_fail = true
        }
      }
    }
  }
}
