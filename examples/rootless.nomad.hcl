# A task on the rootless Podman of one user. The plugin of the client calls its socket "app" (see agent/plugin.hcl);
# the constraint keeps the job from clients that have none. Files that the task writes belong to that user.

job "paperless" {
  datacenters = ["dc1"]
  type        = "service"

  constraint {
    attribute = "${attr.driver.podman.app.health}"
    value     = "true"
  }

  group "paperless" {
    network {
      port "http" {
        to = 8000
      }
    }

    task "paperless" {
      driver = "podman"
      user   = "1000:1000"

      config {
        image        = "ghcr.io/paperless-ngx/paperless-ngx:2.18"
        socket       = "app"
        userns       = "keep-id:uid=1000,gid=1000"
        network_mode = "slirp4netns"
        ports        = ["http"]

        volumes = [
          "/home/app/paperless/data:/usr/src/paperless/data",
          "/home/app/paperless/media:/usr/src/paperless/media",
          "/home/app/paperless/inbox:/usr/src/paperless/consume",
        ]
      }

      env {
        PAPERLESS_TIME_ZONE = "Europe/Zurich"
        PAPERLESS_URL       = "https://paper.example.com"
      }

      resources {
        cpu    = 500
        memory = 1024
      }
    }
  }
}
