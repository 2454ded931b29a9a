# PostgreSQL with data that stays: a host volume that the client offers, shared memory for parallel queries, and a
# password that Nomad keeps.

job "postgres" {
  datacenters = ["dc1"]
  type        = "service"

  group "db" {
    network {
      port "postgres" {
        static = 5432
      }
    }

    volume "data" {
      type            = "host"
      source          = "postgres"
      access_mode     = "single-node-writer"
      attachment_mode = "file-system"
    }

    service {
      name     = "postgres"
      provider = "nomad"
      port     = "postgres"

      check {
        type     = "tcp"
        interval = "10s"
        timeout  = "2s"
      }
    }

    task "postgres" {
      driver       = "podman"
      kill_signal  = "SIGINT"
      kill_timeout = "60s"

      config {
        image    = "docker.io/library/postgres:17"
        ports    = ["postgres"]
        shm_size = "256m"
        volumes  = ["local/init:/docker-entrypoint-initdb.d:ro"]
      }

      volume_mount {
        volume      = "data"
        destination = "/var/lib/postgresql/data"
      }

      env {
        PGDATA        = "/var/lib/postgresql/data/pgdata"
        POSTGRES_USER = "shop"
        POSTGRES_DB   = "shop"
      }

      template {
        destination = "secrets/postgres.env"
        env         = true
        data        = <<-EOT
          POSTGRES_PASSWORD={{ with nomadVar "nomad/jobs/postgres" }}{{ .password }}{{ end }}
        EOT
      }

      template {
        destination = "local/init/extensions.sql"
        data        = "CREATE EXTENSION IF NOT EXISTS pg_stat_statements;"
      }

      resources {
        cpu    = 1000
        memory = 1024
      }
    }
  }
}
