# The plugin's block in the agent's configuration: two Podmans, the system's and the rootless one of the user `app`,
# with credentials, labels and name servers for all tasks of this client.

plugin "nomad-driver-podman" {
  config {
    socket {
      name        = "default"
      socket_path = "unix:///run/podman/podman.sock"
    }

    socket {
      name        = "app"
      socket_path = "unix:///run/user/1000/podman/podman.sock"
    }

    client_http_timeout = "60s"
    dns_servers         = ["10.0.0.53", "10.0.1.53"]
    extra_labels        = ["job_*", "task_name", "namespace"]

    auth {
      config = "/etc/containers/auth.json"
      helper = "ecr-login"
    }

    # A registry of one's own, without TLS.
    registry "registry.internal:5000" {
      tls_verify = false
    }

    pull_activity_timeout = "2m"

    volumes {
      enabled      = true
      selinuxlabel = "z"
    }

    # Clean lines in two streams, of tasks that say nothing about their output.
    logging {
      driver = "nomad"
      split  = true
    }

    networking {
      default_rootless_mode = "pasta"
    }

    gc {
      container   = true
      image       = true
      image_delay = "30m"
    }
  }
}
