# expect: security_opt_repeated security_opt[1]

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image        = "docker.io/library/redis:7"
        security_opt = ["seccomp=/etc/a.json", "seccomp=/etc/b.json"]
      }
    }
  }
}
