# expect: bad_extra_host extra_hosts[0]
# expect: bad_extra_host extra_hosts[1]

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image       = "docker.io/library/redis:7"
        extra_hosts = ["db", ":10.0.0.5", "cache:fd00::5"]
      }
    }
  }
}
