# An image of another platform: tests for a small ARM board, run by emulation on any client (`qemu-user-static` must be
# installed there).

job "board-tests" {
  datacenters = ["dc1"]
  type        = "batch"

  group "arm" {
    task "tests" {
      driver = "podman"

      config {
        image   = "docker.io/library/alpine:3.22"
        os      = "linux"
        arch    = "arm"
        variant = "v7"
        command = "/bin/sh"
        args    = ["-c", "uname -m && exec \"$NOMAD_TASK_DIR\"/run-tests"]
      }

      artifact {
        source      = "https://files.example.com/board/run-tests-armv7"
        destination = "local/run-tests"
        mode        = "file"
      }

      resources {
        cpu    = 1000
        memory = 512
      }
    }
  }
}
