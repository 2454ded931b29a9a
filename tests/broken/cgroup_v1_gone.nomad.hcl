# expect: cgroup_v1_gone -
# facts: {"host": {"podman_version": "6.0.0", "cgroup_version": "v1", "cgroup_manager": "cgroupfs"}}

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
