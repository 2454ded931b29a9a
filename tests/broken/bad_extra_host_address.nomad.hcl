# expect: bad_extra_host_address extra_hosts[0]

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image       = "docker.io/library/redis:7"
        extra_hosts = ["db:database.example.com", "host:host-gateway"]
      }
    }
  }
}
