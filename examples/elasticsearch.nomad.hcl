# A search server that wants its memory for itself, on clients that still have cgroup version 1: locked memory, hardly
# any swapping. (On version 2 swappiness has no effect, and `check` says so.)

job "search" {
  datacenters = ["dc1"]
  type        = "service"

  constraint {
    attribute = "${attr.driver.podman.cgroupVersion}"
    value     = "v1"
  }

  group "search" {
    network {
      port "http" {
        to = 9200
      }
    }

    task "elasticsearch" {
      driver       = "podman"
      kill_timeout = "2m"

      config {
        image             = "docker.elastic.co/elasticsearch/elasticsearch:8.19.2"
        ports             = ["http"]
        volumes           = ["/srv/search:/usr/share/elasticsearch/data"]
        memory_swappiness = 1

        ulimit {
          memlock = "-1"
          nofile  = "65535"
          nproc   = "4096"
        }
      }

      env = {
        "discovery.type"         = "single-node"
        "bootstrap.memory_lock"  = "true"
        "xpack.security.enabled" = "false"
        ES_JAVA_OPTS             = "-Xms2g -Xmx2g"
      }

      resources {
        cpu    = 2000
        memory = 4096
      }
    }
  }
}
