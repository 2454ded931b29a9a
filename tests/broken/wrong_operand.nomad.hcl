# expect: wrong_operand -

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
