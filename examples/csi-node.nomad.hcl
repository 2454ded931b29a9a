# The node part of a CSI plugin, one of the few programs that need `privileged`: it mounts file systems for other tasks
# of the client. Nomad gives it the folders that it needs, with mounts passed on to the host.

job "csi-nfs-node" {
  datacenters = ["dc1"]
  type        = "system"

  group "node" {
    task "node" {
      driver = "podman"

      config {
        image        = "registry.k8s.io/sig-storage/nfsplugin:v4.11.0"
        privileged   = true
        network_mode = "host"

        args = [
          "--endpoint=${CSI_ENDPOINT}",
          "--nodeid=${node.unique.name}",
          "--drivername=nfs.csi.k8s.io",
          "-v=2",
        ]
      }

      csi_plugin {
        id        = "nfs"
        type      = "node"
        mount_dir = "/csi"
      }

      resources {
        cpu    = 100
        memory = 64
      }
    }
  }
}
