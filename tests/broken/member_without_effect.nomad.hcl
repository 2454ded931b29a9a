# expect: member_without_effect security_opt
# facts: {"host": {"podman_version": "4.3.1"}}

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image        = "quay.io/podman/stable:v5.6.2"
        security_opt = ["label=nested"]
      }
    }
  }
}
