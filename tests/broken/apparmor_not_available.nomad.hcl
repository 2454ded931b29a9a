# expect: apparmor_not_available apparmor_profile
# facts: {"host": {"apparmor": false}}

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image            = "docker.io/library/redis:7"
        apparmor_profile = "my-profile"
      }
    }
  }
}
