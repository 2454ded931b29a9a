# expect: podman_too_old -
# expect: static_ips_too_old static_ips
# facts: {"host": {"podman_version": "3.4.4"}}

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image      = "docker.io/library/redis:7"
        static_ips = ["10.88.0.51", "10.88.0.52"]
      }
    }
  }
}
