# expect: function_failed line 10

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image  = "docker.io/library/redis:7"
        labels = jsondecode("{owner: me}")
      }
    }
  }
}
