# expect: unknown_top_level line 15

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image = "docker.io/library/redis:7"
      }
    }
  }
}

resource "null_resource" "x" {
}
