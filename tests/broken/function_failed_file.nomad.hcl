# A file that is not there.
#
# expect: function_failed line 12

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image   = "docker.io/library/redis:7"
        command = file("no-such-file.txt")
      }
    }
  }
}
