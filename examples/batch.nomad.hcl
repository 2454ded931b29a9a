# A batch job that converts one video: a shell line with its arguments, a working folder, an ordinary user, and limits
# that hold: CPU never above what is reserved, memory up to memory_max, and first in line when the host runs short. Its
# output and its errors come to `nomad alloc logs` in a stream each, as the program wrote them.

job "convert" {
  datacenters = ["dc1"]
  type        = "batch"

  parameterized {
    payload       = "forbidden"
    meta_required = ["file"]
  }

  group "convert" {
    restart {
      attempts = 1
      mode     = "fail"
    }

    task "ffmpeg" {
      driver = "podman"
      user   = "1000:1000"

      config {
        image       = "docker.io/linuxserver/ffmpeg:version-7.1-cli"
        entrypoint  = ["/bin/sh", "-ec"]
        args        = ["ffmpeg -nostdin -i \"$INPUT\" -c:v libx264 -preset slow output.mkv"]
        working_dir = "/media"
        volumes     = ["/srv/media:/media"]

        cpu_hard_limit     = true
        cpu_cfs_period     = 50000
        memory_reservation = "768m"
        oom_score_adj      = 500
        pids_limit         = 64

        logging {
          split = true
        }
      }

      env {
        INPUT = "${NOMAD_META_file}"
      }

      resources {
        cpu        = 2000
        memory     = 1024
        memory_max = 4096
      }
    }
  }
}
