# expect: wrong_operand line 10

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image      = "docker.io/library/redis:7"
        pids_limit = "many" * 2
      }
    }
  }
}
