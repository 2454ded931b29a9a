# expect: volume_is_folder volumes[0]

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image   = "docker.io/library/redis:7"
        volumes = ["data:/data", "local/conf:/conf", "secrets:/run/secrets"]
      }
    }
  }
}
