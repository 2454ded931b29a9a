# A misspelt name, and names of the docker driver's plugin config.
#
# expect: docker_option gc.dangling_containers
# expect: docker_option nvidia_runtime
# expect: unknown_option socketpath

plugin "nomad-driver-podman" {
  config {
    socketpath     = "unix:///run/podman/podman.sock"
    nvidia_runtime = "nvidia"

    gc {
      dangling_containers {
        enabled = false
      }
    }
  }
}
