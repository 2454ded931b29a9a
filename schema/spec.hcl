# Members of the body of POST /libpod/containers/create that a task can set, in Podman's own order.
#
#   member "name"   one member; a dotted name is a member of an object, which is declared once with `object`
#     type          string, bool, int64, uint64, list(…), map(…), or the name of a `model` below
#     unit          where it has one
#     since, until  first and last Podman that knows it; "4.3" also stands for anything older, so that it is never lost
#     lost          error or warning: what it means that a Podman does not know it
#     rule, rules   the rules that own it, in the order of their elements; left out where an option's `sets` owns it
#     each          a list or map that is owned element by element
#     bare          its Rust setter takes the value itself, not an option of it
#     doc           one sentence or a few
#   object, model   Rust types that are written by hand or by a library

object "resource_limits" {
  rust = "oci_spec::runtime::LinuxResources"
  doc  = "Limits of memory, CPU and processes, in the shape of the OCI runtime specification."
}

model "namespace" {
  rust = "crate::spec::Namespace"
  doc  = "A namespace: its mode, and the value that goes with the mode."
}

model "log_configuration" {
  rust = "crate::spec::LogConfiguration"
  doc  = "Podman's log driver with its path and options."
}

model "mount" {
  rust = "oci_spec::runtime::Mount"
  doc  = "A mount in the shape of the OCI runtime specification."
}

model "device" {
  rust = "crate::spec::Device"
  doc  = "A device of which only the path counts; Podman looks up type and numbers itself."
}

model "id_mappings" {
  rust = "crate::spec::IdMappings"
  doc  = "How user and group IDs of the container map to those of the host."
}

model "port_mapping" {
  rust = "crate::spec::PortMapping"
  doc  = "One published port."
}

model "network_options" {
  rust = "crate::spec::PerNetworkOptions"
  doc  = "Addresses of the container in one network."
}

model "ulimit" {
  rust = "crate::spec::Ulimit"
  doc  = "A limit of the kernel on each process, called without the prefix RLIMIT_."
}

# Identity, image, process

member "name" {
  type  = string
  since = "4.3"
  doc   = "Name of the container: the task's name and the allocation's ID, joined by a dash."
  rule  = "process.name"
}

member "image" {
  type  = string
  since = "4.3"
  doc   = "The image: its ID where that is known, otherwise the reference as the job writes it."
  rule  = "image.reference"
}

member "command" {
  type  = list(string)
  since = "4.3"
  doc   = "The command with its arguments; unset leaves the image's own command in place."
  rule  = "process.command"
}

member "entrypoint" {
  type  = list(string)
  since = "4.3"
  doc   = "What runs before the command; unset takes the image's, an empty list takes none."
  rule  = "process.entrypoint"
}

member "env" {
  type  = map(string)
  since = "4.3"
  doc   = "Environment variables, above those of the image. Those that port_map redefines come from the rule of the ports."
  rules = ["process.environment", "ports.publish"]
  each  = true
}

member "terminal" {
  type  = bool
  since = "4.3"
  doc   = "Whether the process gets a pseudo-terminal."
}

member "labels" {
  type  = map(string)
  since = "4.3"
  doc   = "Labels of the container, above those of the image."
  rule  = "labels.labels"
  each  = true
}

member "annotations" {
  type  = map(string)
  since = "4.3"
  doc   = "Annotations of the container; Podman's own tools read from them which security options were given."
  rule  = "security.security_options"
  each  = true
}

member "log_configuration" {
  type  = log_configuration
  since = "4.3"
  doc   = "Where the output of the process goes."
  rule  = "logging.log_configuration"
}

# Namespaces and kernel settings

member "ipcns" {
  type  = namespace
  since = "4.3"
  doc   = "The IPC namespace: shared memory and message queues."
  rule  = "namespaces.ipc"
}

member "userns" {
  type  = namespace
  since = "4.3"
  doc   = "The user namespace."
  rule  = "userns.mode"
}

member "netns" {
  type  = namespace
  since = "4.3"
  doc   = "The network namespace."
  rule  = "network.mode"
}

member "hostname" {
  type  = string
  since = "4.3"
  doc   = "Host name inside the container; unset takes the first twelve characters of the container's ID."
}

member "sysctl" {
  type  = map(string)
  since = "4.3"
  doc   = "Kernel parameters of the container's namespaces."
}

member "init" {
  type  = bool
  since = "4.3"
  doc   = "Whether a small init process runs as PID 1 and reaps orphans."
  rule  = "process.init"
}

member "init_path" {
  type  = string
  since = "4.3"
  doc   = "Path of that init process on the host; unset takes the one of Podman's configuration."
  rule  = "process.init"
}

# Files and devices

member "mounts" {
  type  = list(mount)
  since = "4.3"
  doc   = "Folders of the allocation, volumes of the task, mounts that Nomad adds, and tmpfs, in this order."
  rules = ["mounts.allocation_folders", "mounts.volumes", "mounts.nomad_mounts", "mounts.tmpfs"]
  each  = true
}

member "devices" {
  type  = list(device)
  since = "4.3"
  doc   = "Devices of the host or of CDI: those of the task first, then those that Nomad's device plugins reserved."
  rules = ["devices.devices", "devices.plugin_devices"]
  each  = true
}

member "shm_size" {
  type  = int64
  unit  = "bytes"
  since = "4.3"
  doc   = "Size of /dev/shm; unset takes Podman's own default, usually 65536000 bytes."
  rule  = "memory.shm_size"
}

member "work_dir" {
  type  = string
  since = "4.3"
  doc   = "Folder in which the process starts; unset takes the image's, or the root folder."
}

# Security

member "privileged" {
  type  = bool
  since = "4.3"
  doc   = "Whether the container gets the host's devices and nearly all rights."
}

member "user" {
  type  = string
  since = "4.3"
  doc   = "User, or user and group, of the process; unset takes the image's."
  rule  = "process.user"
}

member "cap_add" {
  type  = list(string)
  since = "4.3"
  doc   = "Capabilities that are added to Podman's default set."
  rule  = "security.capabilities"
}

member "cap_drop" {
  type  = list(string)
  since = "4.3"
  doc   = "Capabilities that are taken from Podman's default set."
  rule  = "security.capabilities"
}

member "selinux_opts" {
  type  = list(string)
  since = "4.3"
  doc   = "SELinux label options of the process, such as a type or a level."
  rule  = "security.security_options"
}

member "apparmor_profile" {
  type  = string
  since = "4.3"
  doc   = "Name of the AppArmor profile that confines the process."
  rule  = "security.security_options"
}

member "seccomp_profile_path" {
  type  = string
  since = "4.3"
  doc   = "File on the host with the seccomp filter, or the word unconfined."
  rule  = "security.security_options"
}

member "no_new_privileges" {
  type  = bool
  since = "4.3"
  doc   = "Whether the process is kept from gaining rights, for instance by set-user-ID programs."
  rule  = "security.security_options"
}

member "idmappings" {
  type  = id_mappings
  since = "4.3"
  doc   = "How IDs map where the user namespace is made for this container."
  rule  = "userns.mode"
}

member "read_only_filesystem" {
  type  = bool
  since = "4.3"
  doc   = "Whether the container's root file system is read-only."
}

member "label_nested" {
  type  = bool
  since = "4.5"
  lost  = warning
  doc   = "Whether SELinux lets the container label containers of its own."
  rule  = "security.security_options"
}

member "procfs_opts" {
  type  = list(string)
  since = "4.3"
  doc   = "Mount options of /proc inside the container."
  rule  = "security.security_options"
}

member "mask" {
  type  = list(string)
  since = "4.3"
  doc   = "Further paths that are hidden from the process."
  rule  = "security.security_options"
}

member "unmask" {
  type  = list(string)
  since = "4.3"
  doc   = "Paths that Podman hides by default and shall not hide here; the word ALL stands for all of them."
  rule  = "security.security_options"
}

# Cgroup

member "cgroup_parent" {
  type  = string
  since = "4.3"
  doc   = "The cgroup that the container's own lies in: Nomad's slice, where systemd manages cgroups of version 2."
  rule  = "namespaces.cgroup_parent"
}

# Network

member "portmappings" {
  type  = list(port_mapping)
  since = "4.3"
  doc   = "Published ports, each once for TCP and once for UDP."
  rule  = "ports.publish"
  each  = true
}

member "Networks" {
  type  = map(network_options)
  since = "4.0"
  lost  = error
  doc   = "The networks that the container joins, with its addresses there; only in bridge mode."
  rule  = "network.mode"
}

member "static_ip" {
  type  = string
  since = "3.0"
  until = "3.4"
  lost  = error
  doc   = "The container's IPv4 address for a Podman before 4.0, which does not know Networks."
  rule  = "network.mode"
}

member "static_ipv6" {
  type  = string
  since = "3.0"
  until = "3.4"
  lost  = error
  doc   = "The container's IPv6 address for a Podman before 4.0, which does not know Networks."
  rule  = "network.mode"
}

member "static_mac" {
  type  = string
  since = "3.0"
  until = "3.4"
  lost  = error
  doc   = "The container's hardware address, as Base64 of its six bytes, for a Podman before 4.0, which does not know Networks."
  rule  = "network.mode"
}

member "dns_server" {
  type  = list(string)
  since = "4.3"
  doc   = "IP addresses of name servers; unset takes those of the network or the host."
  rule  = "network.dns"
}

member "dns_search" {
  type  = list(string)
  since = "4.3"
  doc   = "Domains in which short names are looked up."
  rule  = "network.dns"
}

member "dns_option" {
  type  = list(string)
  since = "4.3"
  doc   = "Options of the resolver, such as ndots:2."
  rule  = "network.dns"
}

member "hostadd" {
  type  = list(string)
  since = "4.3"
  doc   = "Lines for /etc/hosts, each as name:address."
  rule  = "network.extra_hosts"
  each  = true
}

# Resources

member "resource_limits.memory.limit" {
  type  = int64
  unit  = "bytes"
  since = "4.3"
  doc   = "Memory that the container cannot exceed; unset means no limit."
  rule  = "memory.limit"
}

member "resource_limits.memory.reservation" {
  type  = int64
  unit  = "bytes"
  since = "4.3"
  doc   = "Memory that the kernel leaves to the container when the host runs short."
  rule  = "memory.limit"
}

member "resource_limits.memory.swap" {
  type  = int64
  unit  = "bytes"
  since = "4.3"
  doc   = "Memory and swap together; -1 means no limit, unset lets Podman take twice the memory limit."
  rule  = "memory.swap"
}

member "resource_limits.memory.swappiness" {
  type  = uint64
  unit  = "0 to 100"
  since = "4.3"
  doc   = "How readily the kernel swaps this container out; only cgroup version 1 has it."
  rule  = "memory.swappiness"
}

member "resource_limits.cpu.shares" {
  type  = uint64
  unit  = "relative weight"
  since = "4.3"
  doc   = "Weight of the container when CPU time is scarce."
  rule  = "resources.cpu_shares"
}

member "resource_limits.cpu.quota" {
  type  = int64
  unit  = "microseconds"
  since = "4.3"
  doc   = "CPU time that the container may use in each period, all cores together."
  rule  = "resources.cpu_quota"
}

member "resource_limits.cpu.period" {
  type  = uint64
  unit  = "microseconds"
  since = "4.3"
  doc   = "Length of the period that the quota counts in."
  rule  = "resources.cpu_quota"
}

member "resource_limits.cpu.cpus" {
  type  = string
  since = "4.3"
  doc   = "The cores that the container may run on, such as 0-1,3."
  rule  = "resources.cpuset"
}

member "resource_limits.pids.limit" {
  type  = int64
  unit  = "processes"
  since = "4.3"
  doc   = "Processes and threads that the container may have at once; unset takes Podman's own default, usually 2048."
  rule  = "resources.pids"
  bare  = true
}

member "r_limits" {
  type  = list(ulimit)
  since = "4.3"
  doc   = "Limits of the kernel on each process."
  rule  = "resources.ulimits"
  each  = true
}

member "oom_score_adj" {
  type  = int64
  unit  = "-1000 to 1000"
  since = "4.3"
  doc   = "How readily the kernel kills the process when the host runs out of memory."
  rule  = "resources.oom_score_adj"
}
