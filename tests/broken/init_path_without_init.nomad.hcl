# expect: init_path_without_init init_path

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image     = "docker.io/library/redis:7"
        init_path = "/usr/libexec/podman/catatonit"
      }
    }
  }
}
