# Options of a task's `config` block, by topic.
#
#   option "name"     one option; a block holds further options
#     type            string, number, bool, any (text or list), list(string), list(map(string)), list(map(number)), map(string)
#     kind            attribute (unless said otherwise), block (at most once), block_list (any number), block_map (any number, by label), block_attrs (free keys)
#     required        true where a config without it is refused
#     width           which integers a number may be: int64, uint64, int16
#     default         what the descriptor fills in; without one, unset
#     syntax          name of the small syntax that a text must follow, in src/engine/config/syntax
#     enum            the accepted texts, where the list is closed
#     doc, notes      documentation: what it does, its unit, what happens when it is unset; then interplay, hosts, versions
#     example         a value that a user would write
#     sensitive       true for a secret
#     own             true for what the Go driver does not have
#     since           the version of this project that brought it
#     docker          what the docker driver calls it; null where it has nothing like it
#     deprecated      the option that replaces it
#     conflicts       options that it cannot stand beside
#     podman          first Podman that can do it, where later than 4.3
#   and exactly one of
#     sets            members of spec.hcl that get the value as it is
#     rule, affects   the function in src/engine/rules that decides, and the members that it may set because of this option
#     not_in_spec     why the value never reaches the container's spec
#
#   docker "name"     an option that only the docker driver has
#     instead         what to do here, as a sentence

# Process and image

option "image" {
  type     = string
  syntax   = image_reference
  required = true
  doc      = "The image to run. A full reference such as `docker.io/library/redis:7` names its registry; a short one such as `redis:7` is resolved by Podman, as the host's registries.conf says. Without a tag, a full reference means `latest`. An image that the host already has is not pulled again."
  notes = [
    "`docker://` may stand before a reference; a short name then means one of docker.io.",
    "`oci-archive:PATH` and `docker-archive:PATH` load an image from a file on the client, and from a web address where `http://` or `https://` follows the colon. `oci:PATH` loads it from a folder in the layout of OCI, `dir:PATH` from one that `skopeo copy` made.",
    "A relative path starts in the task's folder, and stays in it.",
    "An archive or layout of several images takes the name of one behind a second colon, or its number: `docker-archive:shop.tar:shop:2.1`, `oci-archive:shop.tar:@0`.",
    "A tag and a digest may stand together; the digest decides.",
    "Other transports, such as `docker-daemon:` and `containers-storage:`, are refused.",
  ]
  example = "docker.io/library/redis:7"
  since   = "0.1.0"
  docker  = "image"
  rule    = "image.reference"
  affects = ["image"]
}

option "command" {
  type    = string
  doc     = "The command to run instead of the image's own. It is given to the image's entrypoint, where that has one. Unset leaves the image's command in place, unless `args` are given."
  notes   = ["It is one word: arguments go into `args`, and no shell takes it apart."]
  example = "redis-server"
  since   = "0.1.0"
  docker  = "command"
  rule    = "process.command"
  affects = ["command"]
}

option "args" {
  type    = list(string)
  doc     = "Arguments of `command`. Without `command` they replace the image's own command and go to its entrypoint. Empty texts are kept as empty arguments."
  example = ["--port", "7000"]
  since   = "0.1.0"
  docker  = "args"
  rule    = "process.command"
  affects = ["command"]
}

option "entrypoint" {
  type    = any
  doc     = "What runs before the command, instead of the image's own entrypoint. Write a list, with the program first; an empty list takes the image's entrypoint away. Unset leaves it in place."
  notes   = ["A text instead of a list still works and means a list of that one element; it is deprecated and warned of."]
  example = ["/bin/sh", "-c"]
  since   = "0.1.0"
  docker  = "entrypoint"
  rule    = "process.entrypoint"
  affects = ["entrypoint"]
}

option "working_dir" {
  type    = string
  doc     = "Folder inside the container in which the process starts. Unset takes the image's, or else the root folder."
  example = "/srv/app"
  since   = "0.1.0"
  docker  = "work_dir"
  sets    = ["work_dir"]
}

option "hostname" {
  type    = string
  doc     = "Host name inside the container. Unset gives it the first characters of the container's ID."
  notes   = ["In a group with its own network namespace the tasks still have host names of their own."]
  example = "cache-1"
  since   = "0.1.0"
  docker  = "hostname"
  sets    = ["hostname"]
}

option "init" {
  type    = bool
  doc     = "Whether a small init process runs as PID 1, passes signals on and reaps orphaned processes. It is off unless this is true."
  notes   = ["The host must have the init program that Podman is configured for, usually catatonit."]
  example = true
  since   = "0.1.0"
  docker  = "init"
  rule    = "process.init"
  affects = ["init"]
}

option "init_path" {
  type    = string
  doc     = "Path on the host of the init program that `init` starts. Unset takes the one that Podman is configured for."
  notes   = ["It has no effect unless `init` is true."]
  example = "/usr/libexec/podman/catatonit"
  since   = "0.1.0"
  docker  = null
  rule    = "process.init"
  affects = ["init_path"]
}

option "tty" {
  type    = bool
  doc     = "Whether the process gets a pseudo-terminal. Output and error output then come as one stream. It gets none unless this is true."
  example = true
  since   = "0.1.0"
  docker  = "tty"
  sets    = ["terminal"]
}

option "labels" {
  type    = list(map(string))
  doc     = "Labels of the container, beside those of the image. They are metadata for tools such as reverse proxies and `podman ps --filter`."
  notes = [
    "Labels that the plugin adds for its option `extra_labels` win over labels of the same name.",
    "Several blocks are merged; where a key comes twice, the last one wins.",
  ]
  example = { tier = "cache", "com.example.owner" = "shop" }
  since   = "0.1.0"
  docker  = "labels"
  rule    = "labels.labels"
  affects = ["labels"]
}

option "arch" {
  type        = string
  doc         = "Processor architecture of the image, where its registry offers several. Unset takes the host's."
  notes       = ["An image that is there counts only if it is of this platform.", "An image from an archive is taken as it is."]
  example     = "arm64"
  since       = "0.1.0"
  docker      = null
  not_in_spec = "It says which image is pulled; the container then names that image by its ID."
}

option "os" {
  type        = string
  doc         = "Operating system of the image, where its registry offers several. Unset takes the host's."
  notes       = ["An image that is there counts only if it is of this platform."]
  example     = "linux"
  since       = "0.1.0"
  docker      = null
  not_in_spec = "It says which image is pulled; the container then names that image by its ID."
}

option "variant" {
  type        = string
  doc         = "Variant of the architecture, such as `v7` of `arm`, where the image's registry offers several. Unset takes the host's."
  notes       = ["An image that is there counts only if it is of this platform."]
  example     = "v8"
  since       = "0.1.0"
  docker      = null
  not_in_spec = "It says which image is pulled; the container then names that image by its ID."
}

option "force_pull" {
  type        = bool
  doc         = "Whether the image is pulled at each start, also where the host already has it. An image from an archive is loaded again. Unless this is true, an image that is there is used as it is, one called `latest` too."
  example     = true
  since       = "0.1.0"
  docker      = "force_pull"
  not_in_spec = "It says when the image is pulled, which happens before the container is created."
}

option "image_checksum" {
  type        = string
  syntax      = checksum
  doc         = "SHA-256 of the archive that the image comes from, as `sha256:` and 64 hexadecimal digits. Podman gets the end of the archive only if it is right. Unset takes the archive as it is."
  notes       = ["With a checksum, an image that was loaded from a web address before is not fetched again.", "An image in a registry is verified by its digest: `NAME@sha256:…`."]
  example     = "sha256:5b0bcabd1ed22e9fb1310cf6c2dec7cdef19f0ad69efa1f392e94a4333501270"
  own         = true
  since       = "0.1.0"
  docker      = null
  not_in_spec = "It is compared before the container is created."
}

option "image_pull_timeout" {
  type        = string
  syntax      = duration
  default     = "5m"
  doc         = "How long pulling or loading the image may take, as a number with a unit: `90s`, `5m`, `1h30m`. After that the start fails."
  notes       = ["It may be longer or shorter than the plugin's `client_http_timeout`, which does not count while an image is pulled."]
  example     = "15m"
  since       = "0.1.0"
  docker      = "image_pull_timeout"
  not_in_spec = "It limits the pull, which happens before the container is created."
}

option "auth" {
  kind    = block
  doc     = "Credentials for the image's registry. Without this block the plugin's own `auth` is asked, and without that the image is pulled anonymously."
  notes   = ["Credentials of the task win over those of the plugin."]
  example = { username = "ci", password = "hunter2" }
  since   = "0.1.0"
  docker  = "auth"

  option "password" {
    type        = string
    sensitive   = true
    doc         = "Password or token for the registry. It may hold any character."
    notes       = ["A job file is readable for everybody who may read the job; better write `password = var.registry_password` and keep the value out of the file."]
    example     = "hunter2"
    since       = "0.1.0"
    docker      = "auth.password"
    not_in_spec = "It goes to the registry with the pull; the container never sees it."
  }

  option "tls_verify" {
    type        = bool
    default     = true
    doc         = "Whether the registry's certificate is verified. Write `false` only for a registry of your own without a proper certificate: whoever can reach its traffic can then send you another image."
    notes       = ["Certificates are verified also where there is no `auth` block. The Go driver did not verify them in that case."]
    example     = false
    since       = "0.1.0"
    docker      = null
    not_in_spec = "It goes to Podman with the pull, which happens before the container is created."
  }

  option "username" {
    type        = string
    doc         = "User name for the registry."
    example     = "ci"
    since       = "0.1.0"
    docker      = "auth.username"
    not_in_spec = "It goes to the registry with the pull; the container never sees it."
  }
}

option "auth_soft_fail" {
  type        = bool
  doc         = "Whether a source of credentials that fails is skipped: the next source is asked, and without any the image is pulled anonymously. Unless this is true, such a failure ends the start."
  notes       = ["It stands beside the `auth` block, not inside it."]
  example     = true
  since       = "0.1.0"
  docker      = "auth_soft_fail"
  not_in_spec = "It says how credentials are looked up before the pull."
}

option "socket" {
  type        = string
  default     = "default"
  doc         = "Name of the plugin's `socket` block that this task runs on, such as the rootless Podman of one user."
  notes       = ["The name must be configured on the client that the task is placed on; a constraint on `driver.podman.NAME.health` sees to that."]
  example     = "app"
  since       = "0.1.0"
  docker      = null
  not_in_spec = "It says which Podman is asked; the container does not know of it."
}

# Resources and limits

option "memory_reservation" {
  type    = string
  syntax  = size
  doc     = "Memory that the kernel tries to leave to the task when the host runs short, as a number with a unit: `b`, `k`, `m`, `g`, `t` (powers of 1024; bytes without one). Unset reserves nothing beyond the limit, except with oversubscription, where Nomad's `memory` is the reservation."
  notes   = ["With `memory_max` it is lowered to the task's `memory` where it is larger, since that is all that Nomad set aside."]
  example = "100m"
  since   = "0.1.0"
  docker  = null
  rule    = "memory.limit"
  affects = ["resource_limits.memory.reservation"]
}

option "memory_swap" {
  type    = string
  syntax  = size
  doc     = "Memory and swap together that the task may use, as a number with a unit: `b`, `k`, `m`, `g`, `t` (powers of 1024; bytes without one). `-1` means as much swap as the host has. Unset leaves the choice to Podman, which allows twice the memory."
  notes = [
    "It counts the memory too: for no swap at all, write the size of the task's memory.",
    "It must not be smaller than the memory limit.",
  ]
  example = "512m"
  since   = "0.1.0"
  docker  = null
  rule    = "memory.swap"
  affects = ["resource_limits.memory.swap"]
}

option "memory_swappiness" {
  type    = number
  width   = int64
  doc     = "How readily the kernel moves the task's memory to swap, from 0 (hardly) to 100. Unset leaves the host's own setting."
  notes   = ["Only hosts with cgroup version 1 have this; on version 2 it has no effect and is warned of."]
  example = 60
  since   = "0.1.0"
  docker  = null
  rule    = "memory.swappiness"
  affects = ["resource_limits.memory.swappiness"]
}

option "cpu_hard_limit" {
  type    = bool
  doc     = "Whether the task can never use more CPU than it reserves. Unless this is true, it may use what others leave idle."
  notes   = ["The limit is the reserved share of the node's CPU, counted over all cores, and at least one millisecond in each period."]
  example = true
  since   = "0.1.0"
  docker  = "cpu_hard_limit"
  rule    = "resources.cpu_quota"
  affects = ["resource_limits.cpu.quota", "resource_limits.cpu.period"]
}

option "cpu_cfs_period" {
  type    = number
  width   = uint64
  doc     = "Length in microseconds of the period in which `cpu_hard_limit` counts, from 1000 to 1000000. Unset or 0 means 100000. Shorter periods give smoother pauses and cost more."
  notes   = ["It has no effect unless `cpu_hard_limit` is true.", "A value below 1000 is raised to 1000, with a warning."]
  example = 50000
  since   = "0.1.0"
  docker  = "cpu_cfs_period"
  rule    = "resources.cpu_quota"
  affects = ["resource_limits.cpu.period", "resource_limits.cpu.quota"]
}

option "pids_limit" {
  type    = number
  width   = int64
  doc     = "How many processes and threads the container may have at once. Unset or 0 leaves Podman's own limit, usually 2048."
  example = 512
  since   = "0.1.0"
  docker  = "pids_limit"
  rule    = "resources.pids"
  affects = ["resource_limits.pids.limit"]
}

option "oom_score_adj" {
  type    = number
  width   = int16
  doc     = "How readily the kernel kills this task when the host runs out of memory, from -1000 (never) to 1000 (first). Unset means 0."
  notes   = ["A rootless Podman cannot go below its own value."]
  example = 100
  since   = "0.1.0"
  docker  = "oom_score_adj"
  rule    = "resources.oom_score_adj"
  affects = ["oom_score_adj"]
}

option "shm_size" {
  type    = string
  syntax  = size
  doc     = "Size of the shared memory at /dev/shm, as a number with a unit: `b`, `k`, `m`, `g`, `t` (powers of 1024; bytes without one). Unset leaves Podman's own size, usually about 64 MB."
  notes   = ["It needs an IPC namespace of the task's own: `ipc_mode` unset, `private` or `shareable`.", "The docker driver takes a number of bytes here."]
  example = "256m"
  since   = "0.1.0"
  docker  = "shm_size"
  rule    = "memory.shm_size"
  affects = ["shm_size"]
}

option "ulimit" {
  type    = list(map(string))
  syntax  = ulimit
  doc     = "Limits of the kernel on each process, by name: a number for both limits, or `SOFT:HARD`. `-1` means no limit. Unset leaves Podman's own limits."
  notes   = ["Up to Podman 4.4, giving one limit sets `nofile` and `nproc` to 1048576 unless they are given too."]
  example = { nofile = "4096:8192", nproc = "2048" }
  since   = "0.1.0"
  docker  = "ulimit"
  rule    = "resources.ulimits"
  affects = ["r_limits"]
}

option "sysctl" {
  type    = list(map(string))
  doc     = "Kernel parameters for the container's own namespaces, by name."
  notes   = ["Podman refuses parameters of a namespace that the container shares with the host, such as `net.*` in network mode `host`."]
  example = { "net.core.somaxconn" = "16384" }
  since   = "0.1.0"
  docker  = "sysctl"
  sets    = ["sysctl"]
}

option "devices" {
  type    = list(string)
  syntax  = device
  doc     = "Devices of the host that the container may use, each as `HOST`, `HOST:CONTAINER` or `HOST:CONTAINER:RIGHTS` with rights out of `rwm`. The name of a CDI device, such as `nvidia.com/gpu=all`, works too."
  notes = [
    "Devices that Nomad's device plugins reserve in the task's `resources` block are added by themselves. The Go driver left them out.",
    "The docker driver takes blocks with `host_path` and `container_path` here instead.",
  ]
  example = ["/dev/net/tun", "/dev/sda1:/dev/xvda1:r"]
  since   = "0.1.0"
  docker  = "devices"
  rule    = "devices.devices"
  affects = ["devices"]
}

# Files

option "volumes" {
  type    = list(string)
  syntax  = volume
  doc     = "Folders and files of the host that appear in the container, each as `SOURCE:DESTINATION` or `SOURCE:DESTINATION:OPTIONS`. A relative source starts in the task's own folder: `local/conf:/etc/app` shows what a template wrote."
  notes = [
    "Options are separated by commas: `ro`, `rw`, `noexec`, `z` and `Z` (SELinux label, shared or private), `U` (owner as in the container), propagation such as `rslave`.",
    "There are no named volumes: `data:/data` is the folder `data` in the task's own folder, and `check` warns of it.",
    "The source must exist; nothing is created.",
    "Where the plugin says `volumes { enabled = false }`, a source must lie in the allocation's folder.",
  ]
  example = ["/srv/data:/data:ro", "local/conf:/etc/app"]
  since   = "0.1.0"
  docker  = "volumes"
  rule    = "mounts.volumes"
  affects = ["mounts"]
}

option "tmpfs" {
  type    = list(string)
  syntax  = tmpfs
  doc     = "Folders in memory, each as `DESTINATION` or `DESTINATION:OPTIONS`, with options such as `size=64m`, `mode=1777`, `noexec`. What is written there is gone when the task ends, and counts as its memory."
  example = ["/run", "/scratch:rw,size=64m"]
  since   = "0.1.0"
  docker  = null
  rule    = "mounts.tmpfs"
  affects = ["mounts"]
}

option "readonly_rootfs" {
  type    = bool
  doc     = "Whether the image's files cannot be changed. Volumes and the allocation's folders stay writable. They can be changed unless this is true."
  notes   = ["A process that writes to /tmp or /run needs a `tmpfs` there."]
  example = true
  since   = "0.1.0"
  docker  = "readonly_rootfs"
  sets    = ["read_only_filesystem"]
}

# Security

option "cap_add" {
  type    = list(string)
  syntax  = capability
  doc     = "Capabilities that the process gets beside Podman's default ones, with or without `CAP_`; `ALL` gives all."
  example = ["NET_ADMIN", "SYS_TIME"]
  since   = "0.1.0"
  docker  = "cap_add"
  rule    = "security.capabilities"
  affects = ["cap_add"]
}

option "cap_drop" {
  type    = list(string)
  syntax  = capability
  doc     = "Capabilities that are taken from the process, with or without `CAP_`; `ALL` takes all but those of `cap_add`."
  example = ["ALL"]
  since   = "0.1.0"
  docker  = "cap_drop"
  rule    = "security.capabilities"
  affects = ["cap_drop"]
}

option "privileged" {
  type    = bool
  doc     = "Whether the container gets the host's devices, all capabilities and no confinement by SELinux, AppArmor or seccomp. Needed by few, such as CSI node plugins. Off unless this is true."
  notes   = ["With it, the plugin's `volumes.selinuxlabel` is not used.", "In a rootless Podman it gives no more than its user has."]
  example = true
  since   = "0.1.0"
  docker  = "privileged"
  sets    = ["privileged"]
}

option "selinux_opts" {
  type    = list(string)
  doc     = "SELinux label options of the process: `type:…`, `user:…`, `role:…`, `level:…`, `filetype:…`, or `disable`. Unset takes the label that Podman makes."
  notes   = ["Entries `label=…` of `security_opt` are added to these."]
  example = ["type:my_container.process"]
  since   = "0.1.0"
  docker  = null
  rule    = "security.security_options"
  affects = ["selinux_opts", "annotations"]
}

option "apparmor_profile" {
  type    = string
  doc     = "Name of the AppArmor profile that confines the process; it must be loaded on the host. `unconfined` means none. Unset takes Podman's own profile."
  notes   = ["An entry `apparmor=…` of `security_opt` wins over it.", "Podman refuses a profile on a host without AppArmor."]
  example = "my-profile"
  since   = "0.1.0"
  docker  = null
  rule    = "security.security_options"
  affects = ["apparmor_profile"]
}

option "security_opt" {
  type    = list(string)
  syntax  = security_opt
  doc     = "Security options as `podman run --security-opt` takes them: `no-new-privileges`, `label=…`, `apparmor=…`, `seccomp=PATH`, `proc-opts=…`, `mask=…`, `unmask=…`, `systempaths=unconfined`."
  notes = [
    "A colon may stand for the equals sign.",
    "`no-new-privileges=false` leaves it off. The Go driver switched it on whatever stood there.",
    "`label=nested` needs Podman 4.5.",
    "A seccomp file is read by Podman on the host, not from the allocation.",
  ]
  example = ["no-new-privileges", "seccomp=/etc/containers/strict.json"]
  since   = "0.1.0"
  docker  = "security_opt"
  rule    = "security.security_options"
  affects = ["selinux_opts", "apparmor_profile", "seccomp_profile_path", "no_new_privileges", "procfs_opts", "mask", "unmask", "label_nested", "annotations"]
}

option "userns" {
  type    = string
  syntax  = userns
  doc     = "User namespace of the container: `host` shares the host's, `auto` gets a range of its own, `keep-id` keeps the ID of Podman's user, `nomap` leaves that user out, `ns:PATH` joins one. Unset leaves the choice to Podman."
  notes = [
    "Options follow a colon: `auto:size=65536`, `auto:uidmapping=C:H:SIZE,gidmapping=C:H:SIZE`, `keep-id:uid=200,gid=210`.",
    "`keep-id` takes `size=N` too from Podman 5.4 on.",
    "`keep-id` and `nomap` are meant for a rootless Podman.",
  ]
  example = "keep-id:uid=200,gid=210"
  since   = "0.1.0"
  docker  = "userns_mode"
  rule    = "userns.mode"
  affects = ["userns", "idmappings"]
}

option "ipc_mode" {
  type    = string
  syntax  = ipc_mode
  doc     = "IPC namespace, which shared memory lives in: `private`, `shareable` (others may join), `host`, `none` (private without /dev/shm), `container:NAME`, `task:NAME` (another task of the group) or `ns:PATH`. Unset leaves the choice to Podman."
  notes   = ["The task that is joined must be `shareable` and run already; make it a sidecar that starts first."]
  example = "task:mps"
  since   = "0.1.0"
  docker  = "ipc_mode"
  rule    = "namespaces.ipc"
  affects = ["ipcns"]
}

# Network

option "network_mode" {
  type    = string
  syntax  = network_mode
  doc     = "How the container is connected: `bridge`, `host`, `none`, `pasta`, `slirp4netns`, `container:NAME`, `task:NAME` (another task of the group), `ns:PATH`, or the name of a Podman network. Unset means `bridge`, and for a rootless Podman `pasta` (5.0 and later) or `slirp4netns`."
  notes = [
    "In a group whose `network` block has mode `bridge` or `cni/…`, Nomad makes the namespace, and this option is not used.",
    "For a rootless Podman the plugin's `networking.default_rootless_mode` changes the default.",
    "`pasta` needs Podman 4.4 and a rootless one; Podman 6 has no `slirp4netns` any more.",
    "`pasta` and `slirp4netns` take no options here.",
  ]
  example = "host"
  since   = "0.1.0"
  docker  = "network_mode"
  rule    = "network.mode"
  affects = ["netns", "Networks"]
}

option "ports" {
  type      = list(string)
  doc       = "Labels of ports of the group's `network` block that are published from this container. The container's port is the one that `to` says there, otherwise the same number."
  notes     = ["A port that the group declares and no task names here is not published.", "Each port is published for TCP and for UDP.", "In a group that has a network namespace of its own, Nomad forwards the ports, and this option has no effect."]
  example   = ["http", "admin"]
  since     = "0.1.0"
  docker    = "ports"
  conflicts = ["port_map"]
  rule      = "ports.publish"
  affects   = ["portmappings"]
}

option "port_map" {
  type       = list(map(number))
  doc        = "Container ports by label, for ports in the `network` block of the task's own `resources`, which Nomad keeps for old jobs. Use `ports` with a `network` block of the group instead."
  notes      = ["All ports of the task's first network are published, those that are not named here under their own number.", "It also sets `NOMAD_PORT_` variables to the ports inside the container."]
  example    = { redis = 6379 }
  since      = "0.1.0"
  docker     = "port_map"
  deprecated = "ports"
  conflicts  = ["ports"]
  rule       = "ports.publish"
  affects    = ["portmappings", "env"]
}

option "extra_hosts" {
  type    = list(string)
  syntax  = extra_host
  doc     = "Lines for the container's /etc/hosts, each as `NAME:ADDRESS`. The address `host-gateway` stands for the host."
  notes   = ["They cannot be given where the container joins the network of another container."]
  example = ["db:10.0.0.5", "gateway:host-gateway"]
  since   = "0.1.0"
  docker  = "extra_hosts"
  rule    = "network.extra_hosts"
  affects = ["hostadd"]
}

option "ipv4_address" {
  type    = string
  syntax  = ip
  doc     = "IPv4 address of the container in its Podman network. It must be free and lie in that network's range. Unset lets Podman choose."
  notes   = ["Only for network mode `bridge` or a Podman network by name.", "Two allocations cannot have it at once: a group with a `count` above one, or an update that starts the new before the old is stopped, fails."]
  example = "10.88.0.50"
  since   = "0.1.0"
  docker  = "ipv4_address"
  rule    = "network.mode"
  affects = ["Networks", "static_ip"]
}

option "ipv6_address" {
  type    = string
  syntax  = ip
  doc     = "IPv6 address of the container in its Podman network. It must be free and lie in that network's range. Unset lets Podman choose."
  notes   = ["Only for network mode `bridge` or a Podman network by name."]
  example = "fd00::50"
  since   = "0.1.0"
  docker  = "ipv6_address"
  rule    = "network.mode"
  affects = ["Networks", "static_ipv6"]
}

option "static_ips" {
  type    = list(string)
  syntax  = ip
  doc     = "Addresses of the container in its Podman network, where it needs several. They come after `ipv4_address` and `ipv6_address`."
  notes   = ["Only for network mode `bridge` or a Podman network by name, and only with Podman 4.0 or later.", "Podman takes one address for each subnet of the network, the first that lies in it, and drops the others without a word."]
  example = ["10.88.0.51", "fd00::51"]
  since   = "0.1.0"
  docker  = null
  rule    = "network.mode"
  affects = ["Networks"]
}

option "static_mac" {
  type    = string
  syntax  = mac
  doc     = "Hardware address of the container in its Podman network. Unset lets Podman choose."
  notes   = ["Only for network mode `bridge` or a Podman network by name."]
  example = "92:d0:c6:0a:29:33"
  since   = "0.1.0"
  docker  = "mac_address"
  rule    = "network.mode"
  affects = ["Networks", "static_mac"]
}

# Logging

option "logging" {
  kind    = block
  doc     = "Where the output of the process goes. Without this block the plugin's `logging` counts, and by default that gives the output to Nomad."
  example = { driver = "journald", options = { tag = "redis" } }
  since   = "0.1.0"
  docker  = "logging"

  option "driver" {
    type    = string
    enum    = ["nomad", "journald"]
    doc     = "`nomad` gives the output to Nomad, for `nomad alloc logs`; output and error output come as one stream, unless `split` is set. `journald` writes it to the host's journal, from which the plugin passes it on to Nomad in two streams. Unset means `nomad`, unless the whole block is empty."
    notes   = ["The docker driver calls this `type`, and knows other drivers."]
    example = "journald"
    since   = "0.1.0"
    docker  = "logging.type"
    rule    = "logging.log_configuration"
    affects = ["log_configuration"]
  }

  option "options" {
    type    = list(map(string))
    doc     = "Options of Podman's log driver. `journald` takes `tag`, a name for the lines of this task."
    notes   = ["With the driver `nomad` they have no effect; sizes and rotation are in the `logs` block of the task.", "The plugin's options are not merged in."]
    example = { tag = "redis" }
    since   = "0.1.0"
    docker  = "logging.config"
    rule    = "logging.log_configuration"
    affects = ["log_configuration"]
  }

  option "split" {
    type    = bool
    doc     = "Whether Nomad gets lines as the process wrote them, output and error output each in its own stream, instead of one stream whose lines begin with a time and the stream's name. The plugin then carries the output from a file in the task's folder. Unset means the one stream."
    notes   = ["With the driver `journald` it has no effect: that has two streams anyway.", "A task that is to have the one stream although the plugin says `split` writes `driver = \"nomad\"`.", "A reader that is slow or gone does not hold the container up: what is not yet carried waits in the file, on disk."]
    own     = true
    example = true
    since   = "0.1.0"
    docker  = null
    rule    = "logging.log_configuration"
    affects = ["log_configuration"]
  }
}

# Options that only the docker driver has

docker "advertise_ipv6_address" {
  instead = "There is nothing like it yet: Nomad is told the IPv4 address, or the IPv6 address where the container has no other."
}

docker "auth.email" {
  instead = "Registries do not look at it any more; leave it away."
}

docker "auth.server_address" {
  instead = "The registry is the first part of `image`; leave it away."
}

docker "cgroupns" {
  instead = "There is nothing like it yet: the container gets Podman's default cgroup namespace."
}

docker "container_exists_attempts" {
  instead = "It is not needed: a container that is left over from the same task is replaced."
}

docker "cpuset_cpus" {
  instead = "Use `cores` in the task's `resources` block, which reserves cores with Nomad."
}

docker "dns_options" {
  instead = "Use `options` in the `dns` block of the group's `network`."
}

docker "dns_search_domains" {
  instead = "Use `searches` in the `dns` block of the group's `network`."
}

docker "dns_servers" {
  instead = "Use `servers` in the `dns` block of the group's `network`."
}

docker "group_add" {
  instead = "There is nothing like it yet; the task's `user` takes one group, as `user:group`."
}

docker "healthchecks" {
  instead = "There is nothing like it yet: a health check of the image runs as Podman does it, beside Nomad's own checks."
}

docker "interactive" {
  instead = "There is nothing like it yet: standard input of the process is closed."
}

docker "isolation" {
  instead = "It is about Windows; leave it away."
}

docker "load" {
  instead = "Write the archive as the image: `image = \"docker-archive:PATH\"` or `\"oci-archive:PATH\"`."
}

docker "memory_hard_limit" {
  instead = "Use `memory_max` in the task's `resources` block as the limit, with `memory` as what is reserved."
}

docker "mount" {
  instead = "Use `volumes` for paths of the host and `tmpfs` for memory; there are no named volumes yet."
}

docker "mounts" {
  instead = "Use `volumes` for paths of the host and `tmpfs` for memory; there are no named volumes yet."
}

docker "network_aliases" {
  instead = "There is nothing like it yet; other tasks find this one by its Nomad service."
}

docker "pid_mode" {
  instead = "There is nothing like it yet: every container has a PID namespace of its own."
}

docker "runtime" {
  instead = "There is nothing like it yet: the OCI runtime is the one that Podman is configured for."
}

docker "storage_opt" {
  instead = "There is nothing like it yet."
}

docker "uts_mode" {
  instead = "There is nothing like it yet: every container has a host name of its own."
}

docker "volume_driver" {
  instead = "There are no named volumes yet; use a CSI or host volume with `volume_mount`."
}
