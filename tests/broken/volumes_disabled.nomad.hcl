# The first one lies in the task's own folder and may stay.
#
# expect: volumes_disabled volumes[1]
# expect: volumes_disabled volumes[2]
# plugin: agent/volumes_disabled.hcl

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image   = "docker.io/library/redis:7"
        volumes = ["local/conf:/conf", "/srv/redis:/data", "../../../etc:/host-etc"]
      }
    }
  }
}
