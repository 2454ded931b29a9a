# expect: conflicting_mount_options volumes[0]
# expect: conflicting_mount_options volumes[1]
# expect: conflicting_mount_options tmpfs[0]

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image   = "docker.io/library/redis:7"
        volumes = ["/srv/redis:/data:ro,rw", "/srv/conf:/conf:rslave,rshared"]
        tmpfs   = ["/run:exec,noexec"]
      }
    }
  }
}
