# expect: unknown_capability cap_add[0]
# expect: unknown_capability cap_drop[1]

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image    = "docker.io/library/redis:7"
        cap_add  = ["NET_ADMN"]
        cap_drop = ["cap_net_raw", "CHWON"]
      }
    }
  }
}
