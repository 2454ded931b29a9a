# Levant's marks outside of strings: a file of another tool.
#
# expect: foreign_template line 7

job "broken" {
  group "cache" {
    count = [[ .count ]]

    task "redis" {
      driver = "podman"
    }
  }
}
