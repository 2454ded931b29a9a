# expect: bad_security_opt security_opt[0]
# expect: bad_security_opt security_opt[1]

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image        = "docker.io/library/redis:7"
        security_opt = ["label", "secomp=/etc/strict.json", "no-new-privileges"]
      }
    }
  }
}
