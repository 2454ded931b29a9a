# The same program on two kinds of hosts: confined by SELinux where the client has it, by AppArmor where it has that.
# Constraints see to it that each task finds what it names.

job "scanner" {
  datacenters = ["dc1"]
  type        = "service"

  group "selinux" {
    constraint {
      attribute = "${attr.driver.podman.selinuxEnabled}"
      value     = "true"
    }

    task "clamd" {
      driver = "podman"

      config {
        image        = "docker.io/clamav/clamav:1.4"
        selinux_opts = ["type:clamd_container.process", "level:s0:c100,c200"]
        volumes      = ["/srv/incoming:/scan:ro,z"]
      }

      resources {
        cpu    = 500
        memory = 3072
      }
    }
  }

  group "apparmor" {
    constraint {
      attribute = "${attr.driver.podman.appArmor}"
      value     = "true"
    }

    task "clamd" {
      driver = "podman"

      config {
        image            = "docker.io/clamav/clamav:1.4"
        apparmor_profile = "clamd-container"
        volumes          = ["/srv/incoming:/scan:ro"]
      }

      resources {
        cpu    = 500
        memory = 3072
      }
    }
  }
}
