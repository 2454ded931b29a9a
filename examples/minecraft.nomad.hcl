# A game server with a console: a pseudo-terminal, so that its output keeps its colours and comes as one stream; time to
# save its world; and no process limit that Java's threads would meet.

job "minecraft" {
  datacenters = ["home"]
  type        = "service"

  group "minecraft" {
    network {
      port "game" {
        static = 25565
      }
    }

    task "minecraft" {
      driver       = "podman"
      kill_timeout = "60s"

      config {
        image      = "docker.io/itzg/minecraft-server:java21"
        ports      = ["game"]
        tty        = true
        pids_limit = 4096
        volumes    = ["/srv/minecraft:/data:U"]
      }

      env {
        EULA   = "TRUE"
        MEMORY = "3G"
        TYPE   = "PAPER"
      }

      resources {
        cpu    = 2000
        memory = 4096
      }
    }
  }
}
