# expect: controller_not_delegated pids_limit
# facts: {"host": {"rootless": true, "cgroup_controllers": ["cpu", "memory"]}}

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image      = "docker.io/library/redis:7"
        pids_limit = 100
      }
    }
  }
}
