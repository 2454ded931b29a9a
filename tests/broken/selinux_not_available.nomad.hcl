# expect: selinux_not_available selinux_opts
# facts: {"host": {"selinux": false}}

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image        = "docker.io/library/redis:7"
        selinux_opts = ["type:my_container.process"]
      }
    }
  }
}
