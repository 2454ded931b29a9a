# expect: ports_without_network ports

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image = "docker.io/library/redis:7"
        ports = ["redis"]
      }
    }
  }
}
