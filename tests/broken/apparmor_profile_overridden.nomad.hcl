# expect: apparmor_profile_overridden apparmor_profile

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image            = "docker.io/library/redis:7"
        apparmor_profile = "my-profile"
        security_opt     = ["apparmor=unconfined"]
      }
    }
  }
}
