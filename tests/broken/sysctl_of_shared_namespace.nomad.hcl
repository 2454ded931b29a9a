# expect: sysctl_of_shared_namespace sysctl.net.core.somaxconn
# expect: sysctl_of_shared_namespace sysctl.kernel.shmmax

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image        = "docker.io/library/redis:7"
        network_mode = "host"
        ipc_mode     = "host"

        sysctl = {
          "net.core.somaxconn" = "1024"
          "kernel.shmmax"      = "1073741824"
        }
      }
    }
  }
}
