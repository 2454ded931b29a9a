# expect: extra_hosts_in_joined_network extra_hosts

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image        = "docker.io/library/redis:7"
        network_mode = "task:proxy"
        extra_hosts  = ["db:10.0.0.5"]
      }
    }
  }
}
