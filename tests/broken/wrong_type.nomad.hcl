# expect: wrong_type args
# expect: wrong_type tty
# expect: wrong_type ports
# expect: wrong_type labels
# expect: wrong_type volumes[1]

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image   = "docker.io/library/redis:7"
        args    = "--port 7000"
        tty     = "maybe"
        ports   = { redis = 6379 }
        labels  = ["web"]
        volumes = ["/srv/redis:/data", ["/srv/conf:/conf"]]
      }
    }
  }
}
