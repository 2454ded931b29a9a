# A backup each night: restic with a shell around it, the data read-only, the cache in memory.

job "backup" {
  datacenters = ["dc1"]
  type        = "batch"

  periodic {
    crons            = ["30 2 * * *"]
    time_zone        = "Europe/Zurich"
    prohibit_overlap = true
  }

  group "backup" {
    task "restic" {
      driver = "podman"

      config {
        image      = "docker.io/restic/restic:0.18.0"
        entrypoint = ["/bin/sh", "-c"]

        args = [
          <<-EOT
            restic backup --one-file-system --tag nightly /data &&
              restic forget --tag nightly --keep-daily 7 --keep-weekly 5 --prune
          EOT
        ]

        hostname = "backup"
        volumes  = ["/srv:/data:ro"]
        tmpfs    = ["/root/.cache:rw,size=256m,mode=700"]
      }

      env {
        RESTIC_REPOSITORY    = "s3:https://s3.example.com/backup"
        RESTIC_PASSWORD_FILE = "${NOMAD_SECRETS_DIR}/password"
      }

      template {
        destination = "secrets/password"
        perms       = "400"
        data        = "{{ with nomadVar \"nomad/jobs/backup\" }}{{ .password }}{{ end }}"
      }

      resources {
        cpu    = 500
        memory = 512
      }
    }
  }
}
