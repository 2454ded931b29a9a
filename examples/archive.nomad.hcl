# An image from a file: for clients that reach no registry. `podman save --format oci-archive` makes such a file, and
# whatever copies it to the clients is yours. It is loaded where Podman does not have the image yet, and only if it is
# the right file.

job "offline" {
  datacenters = ["edge"]
  type        = "service"

  group "terminal" {
    network {
      port "http" {
        to = 3000
      }
    }

    task "terminal" {
      driver = "podman"

      config {
        image          = "oci-archive:/srv/images/terminal-2.1.0.tar"
        image_checksum = "sha256:5b0bcabd1ed22e9fb1310cf6c2dec7cdef19f0ad69efa1f392e94a4333501270"
        ports          = ["http"]

        # Reading the archive from a slow disk takes its time.
        image_pull_timeout = "20m"
      }

      env {
        TERMINAL_ID = "${attr.unique.hostname}"
      }

      resources {
        cpu    = 300
        memory = 256
      }
    }
  }
}
