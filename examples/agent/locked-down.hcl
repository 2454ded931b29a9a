# A client for jobs of others: nothing of the host can be mounted, output stays out of Nomad since an agent collects it
# from Podman, and containers are kept for a look into them until somebody removes them. After a crash of the agent
# Nomad decides what runs again.

plugin "nomad-driver-podman" {
  config {
    socket_path            = "unix:///run/podman/podman.sock"
    disable_log_collection = true
    recover_stopped        = false

    volumes {
      enabled = false
    }

    gc {
      container = false
    }
  }
}
