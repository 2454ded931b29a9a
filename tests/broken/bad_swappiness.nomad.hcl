# expect: bad_swappiness memory_swappiness
# facts: {"host": {"cgroup_version": "v1", "cgroup_manager": "cgroupfs"}}

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image             = "docker.io/library/redis:7"
        memory_swappiness = 250
      }
    }
  }
}
