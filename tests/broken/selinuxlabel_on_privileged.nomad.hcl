# expect: selinuxlabel_on_privileged privileged
# plugin: agent/selinuxlabel.hcl

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image      = "docker.io/library/redis:7"
        privileged = true
      }
    }
  }
}
