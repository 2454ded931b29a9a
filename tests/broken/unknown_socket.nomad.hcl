# expect: unknown_socket socket
# plugin: agent/two_sockets.hcl

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image  = "docker.io/library/redis:7"
        socket = "other"
      }
    }
  }
}
