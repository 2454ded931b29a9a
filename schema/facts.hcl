# What a translation may know besides the two configs: the host that Podman reports, and the task that Nomad sends.
#
#   fact "group.name"   group is host or nomad
#     type              string, bool, int64, uint64, float, list(…), map(…), or the name of a `model` below
#     unit              where it has one
#     optional          true: it may be unknown, which is not the same as empty
#     default           what is assumed where nobody says it; without one: the empty value, or unknown
#     doc               what it is, where it comes from, what it decides
#   model               a type that is written by hand, by its Rust path

model "PodmanVersion" {
  rust = "crate::facts::PodmanVersion"
  doc  = "A version of Podman; a suffix such as -dev or -rhel does not change what it can do."
}

model "CgroupVersion" {
  rust = "crate::facts::CgroupVersion"
  doc  = "Version of the host's cgroup hierarchy: v1 or v2."
}

model "NomadMount" {
  rust = "crate::facts::NomadMount"
  doc  = "A mount that Nomad adds: a host volume, a CSI volume, or a file of a device plugin."
}

model "NomadDevice" {
  rust = "crate::facts::NomadDevice"
  doc  = "A device that one of Nomad's device plugins reserved for the task."
}

model "Dns" {
  rust = "crate::facts::Dns"
  doc  = "The group's network.dns block: servers, search domains and resolver options."
}

model "NomadPort" {
  rust = "crate::facts::NomadPort"
  doc  = "A port of the group's network block with the number that Nomad gave it."
}

model "NomadNetwork" {
  rust = "crate::facts::NomadNetwork"
  doc  = "A network of the task's own resources block: its address with reserved and dynamic ports by label."
}

# The host

fact "host.podman_version" {
  type    = PodmanVersion
  default = "5.4.2"
  doc     = "Version of Podman, from its answer to a ping. It decides which members can be sent and which network mode is the default."
}

fact "host.rootless" {
  type    = bool
  default = false
  doc     = "Whether Podman runs as an ordinary user. Such a Podman has other networks, and limits only what was delegated to that user."
}

fact "host.cgroup_version" {
  type    = CgroupVersion
  default = "v2"
  doc     = "Version of the host's cgroup hierarchy. Only v1 knows swappiness; only v2 takes Nomad's slice as a parent."
}

fact "host.cgroup_manager" {
  type    = string
  default = "systemd"
  doc     = "Who makes Podman's cgroups: systemd or cgroupfs. It decides whether Nomad's slice can be the parent."
}

fact "host.cgroup_controllers" {
  type    = list(string)
  default = ["cpuset", "cpu", "io", "memory", "pids"]
  doc     = "Cgroup controllers that Podman may use. A rootless Podman has only those that were delegated to its user; limits of the others are left out with a warning."
}

fact "host.apparmor" {
  type    = bool
  default = true
  doc     = "Whether AppArmor is switched on. Assumed where nothing is known, so that nobody is warned of a guess."
}

fact "host.selinux" {
  type    = bool
  default = true
  doc     = "Whether SELinux is switched on. Assumed where nothing is known, so that nobody is warned of a guess."
}

fact "host.processors" {
  type    = uint64
  unit    = "logical processors"
  default = 2
  doc     = "Number of processors that the driver may use. A hard CPU limit is a share of all of them."
}

fact "host.networks" {
  type     = list(string)
  optional = true
  doc      = "Names of the Podman networks that exist. Unknown: every name is taken to exist."
}

fact "host.images" {
  type    = map(string)
  default = {}
  doc     = "IDs of known images by reference. An image that is not among them goes into the spec as its reference."
}

# The task

fact "nomad.task_name" {
  type = string
  doc  = "Name of the task. It is the first part of the container's name."
}

fact "nomad.task_id" {
  type = string
  doc  = "Nomad's ID of this one start: allocation, task and eight random digits."
}

fact "nomad.alloc_id" {
  type    = string
  default = "00000000-0000-0000-0000-000000000000"
  doc     = "ID of the allocation. It is the last part of the container's name."
}

fact "nomad.job_id" {
  type = string
  doc  = "ID of the job."
}

fact "nomad.job_name" {
  type = string
  doc  = "Name of the job."
}

fact "nomad.group_name" {
  type = string
  doc  = "Name of the task's group."
}

fact "nomad.namespace" {
  type    = string
  default = "default"
  doc     = "Nomad's namespace that the job runs in."
}

fact "nomad.node_name" {
  type = string
  doc  = "Name of the client node."
}

fact "nomad.node_id" {
  type    = string
  default = "00000000-0000-0000-0000-000000000000"
  doc     = "ID of the client node."
}

fact "nomad.user" {
  type = string
  doc  = "The task's user as the job writes it; empty takes the image's."
}

fact "nomad.env" {
  type    = map(string)
  default = {}
  doc     = "The whole environment that Nomad computed for the task, its own NOMAD_ variables and those of device plugins included."
}

fact "nomad.memory_mb" {
  type    = int64
  unit    = "MiB"
  default = 300
  doc     = "Memory that the task reserves; 0 means none was given."
}

fact "nomad.memory_max_mb" {
  type    = int64
  unit    = "MiB"
  default = 0
  doc     = "Memory that the task may grow to; 0 means memory_mb is the limit, -1 means there is none."
}

fact "nomad.cpu_shares" {
  type    = int64
  unit    = "MHz"
  default = 100
  doc     = "CPU that the task reserves. The number is also its weight."
}

fact "nomad.percent_ticks" {
  type    = float
  unit    = "share of the node, 0 to 1"
  default = 0.0
  doc     = "The reserved CPU as a share of what the node has. A hard CPU limit is computed from it."
}

fact "nomad.cpuset" {
  type = string
  doc  = "Cores that are reserved for the task, such as 0-1,3; empty means any."
}

fact "nomad.alloc_dir" {
  type    = string
  default = "/var/lib/nomad/alloc/00000000-0000-0000-0000-000000000000"
  doc     = "The allocation's folder on the host. Sources of volumes must lie below it where volumes are not enabled."
}

fact "nomad.shared_alloc_dir" {
  type = string
  doc  = "The folder that all tasks of the allocation share, on the host; inside it is what NOMAD_ALLOC_DIR says."
}

fact "nomad.task_dir" {
  type = string
  doc  = "The task's own folder on the host. Relative sources of volumes start there."
}

fact "nomad.task_local_dir" {
  type = string
  doc  = "The task's private folder on the host; inside it is what NOMAD_TASK_DIR says."
}

fact "nomad.task_secrets_dir" {
  type = string
  doc  = "The task's folder for secrets on the host; inside it is what NOMAD_SECRETS_DIR says."
}

fact "nomad.stdout_path" {
  type = string
  doc  = "The pipe that Nomad collects the task's output from."
}

fact "nomad.stderr_path" {
  type = string
  doc  = "The pipe that Nomad collects the task's error output from."
}

fact "nomad.mounts" {
  type    = list(NomadMount)
  default = []
  doc     = "Mounts that Nomad adds: host volumes, CSI volumes, files of device plugins."
}

fact "nomad.devices" {
  type    = list(NomadDevice)
  default = []
  doc     = "Devices that Nomad's device plugins reserved for the task."
}

fact "nomad.dns" {
  type     = Dns
  optional = true
  doc      = "The group's network.dns block. Unknown means that there is none; an empty one is something else and switches the plugin's dns_servers off."
}

fact "nomad.ports" {
  type     = list(NomadPort)
  optional = true
  doc      = "Ports of the group's network block with the numbers that Nomad gave them. Unknown means that the group has no such block."
}

fact "nomad.networks" {
  type    = list(NomadNetwork)
  default = []
  doc     = "Networks of the task's own resources block, which jobs of an older style have."
}

fact "nomad.netns_path" {
  type = string
  doc  = "The network namespace that Nomad made for the group, as a path; empty without one. It wins over network_mode."
}

fact "nomad.netns_mode" {
  type = string
  doc  = "Mode of the group's network as the driver gets it: host, group, task, none, or empty without one."
}
