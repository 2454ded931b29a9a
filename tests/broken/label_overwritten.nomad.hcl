# expect: label_overwritten labels.com.hashicorp.nomad.alloc_id
# plugin: agent/extra_labels.hcl

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image = "docker.io/library/redis:7"
        labels = {
          "com.hashicorp.nomad.alloc_id" = "mine"
        }
      }
    }
  }
}
