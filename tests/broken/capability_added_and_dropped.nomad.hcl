# expect: capability_added_and_dropped cap_drop

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image    = "docker.io/library/redis:7"
        cap_add  = ["NET_RAW"]
        cap_drop = ["CAP_NET_RAW"]
      }
    }
  }
}
