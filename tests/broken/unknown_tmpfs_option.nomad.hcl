# expect: unknown_tmpfs_option tmpfs[0]

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image = "docker.io/library/redis:7"
        tmpfs = ["/scratch:banana", "/run:size=64m,mode=1777,noexec"]
      }
    }
  }
}
