# Options of the plugin's `config` block in the agent's configuration, in the same words as task.hcl.

# Registries

option "auth" {
  kind    = block
  doc     = "Credentials for registries, for all tasks that have none of their own. Without it, images are pulled anonymously."
  example = { config = "/etc/containers/auth.json" }
  since   = "0.1.0"
  docker  = "auth"

  option "config" {
    type        = string
    doc         = "File with credentials by registry, as `podman login` and `docker login` write it. It is asked after the task's `auth` and the helper, and read again for each pull, so that a changed password counts at once."
    notes = [
      "`credHelpers` of the image's registry comes first, and what it says counts. Then the most exact entry of `auths`, then `credsStore`.",
      "It has nothing for names without a registry.",
      "Where nobody has credentials, Podman looks into its own files.",
    ]
    example     = "/etc/containers/auth.json"
    since       = "0.1.0"
    docker      = "auth.config"
    not_in_spec = "Credentials are looked up for the pull; the container never sees them."
  }

  option "helper" {
    type        = string
    doc         = "Name of a credential helper: `ecr-login` runs the program `docker-credential-ecr-login`. It is asked after the task's `auth` and before the file."
    notes = [
      "It is a name, not a path. It gets `get` and the registry (for Docker's own `https://index.docker.io/v1/`, then `docker.io`), a clean environment and ten seconds.",
      "It is not asked for names without a registry: Podman may try several registries with the same credentials.",
    ]
    example     = "ecr-login"
    since       = "0.1.0"
    docker      = "auth.helper"
    not_in_spec = "Credentials are looked up for the pull; the container never sees them."
  }
}

option "registry" {
  kind    = block_map
  doc     = "How a registry is talked to, for all tasks; the label is its host, with its port where images name it."
  notes   = ["Images of a short name have no registry here: Podman finds out which one it is, and verifies its certificate."]
  example = { "registry.example.com:5000" = { tls_verify = false } }
  own     = true
  since   = "0.1.0"
  docker  = null

  option "tls_verify" {
    type        = bool
    default     = true
    doc         = "Whether the registry's certificate is verified. With `false`, the registry may also be one without TLS."
    notes       = ["A task can switch it off for itself, with `tls_verify` in its `auth`, and cannot switch it on again.", "A certificate of an authority of your own goes into `/etc/containers/certs.d/HOST:PORT/ca.crt` on the client; then nothing need be switched off."]
    example     = false
    own         = true
    since       = "0.1.0"
    docker      = null
    not_in_spec = "It goes to Podman with the pull, which happens before the container is created."
  }
}

option "pull_activity_timeout" {
  type        = string
  syntax      = duration
  doc         = "How long a pull or download may go on without telling any progress, as a number with a unit. Unset means that only the task's `image_pull_timeout` ends it."
  notes       = ["Podman before 6.0 tells only that a layer begins; from 4.8 on this option makes it tell bytes, with shorter errors. Before 4.8 it counts until the first layer begins."]
  example     = "2m"
  own         = true
  since       = "0.1.0"
  docker      = "pull_activity_timeout"
  not_in_spec = "It limits the pull, which happens before the container is created."
}

# Files

option "volumes" {
  kind    = block
  default = { enabled = true }
  doc     = "What tasks may do with `volumes`."
  example = { enabled = true, selinuxlabel = "z" }
  since   = "0.1.0"
  docker  = "volumes"

  option "enabled" {
    type    = bool
    default = true
    doc     = "Whether tasks may mount any path of the host. With `false`, the sources of their `volumes` must lie in their allocation's folder."
    notes   = ["The docker driver's default is `false`."]
    example = false
    since   = "0.1.0"
    docker  = "volumes.enabled"
    rule    = "mounts.volumes"
    affects = []
  }

  option "selinuxlabel" {
    type    = string
    enum    = ["z", "Z"]
    doc     = "How SELinux labels the folders of the allocation and the mounts that Nomad adds: `z` for content that several containers share, `Z` for one container alone. Unset leaves the labels as they are."
    notes   = ["It is not added to `volumes` of a task, which carry their own options.", "It is not used for privileged tasks, which SELinux does not confine."]
    example = "z"
    since   = "0.1.0"
    docker  = "volumes.selinuxlabel"
    rule    = "mounts.allocation_folders"
    affects = ["mounts"]
  }
}

# Life of a container

option "gc" {
  kind    = block
  default = { container = true, image = false, image_delay = "3m" }
  doc     = "What is cleaned up when Nomad is done with a task."
  example = { container = false }
  since   = "0.1.0"
  docker  = "gc"

  option "container" {
    type        = bool
    default     = true
    doc         = "Whether a task's container is removed. With `false` it stays, stopped, for somebody to look into."
    example     = false
    since       = "0.1.0"
    docker      = "gc.container"
    not_in_spec = "It says what happens after the container has ended."
  }

  option "image" {
    type        = bool
    default     = false
    doc         = "Whether an image that this driver pulled is removed when no task, container or start has used it for a while. Images that others pulled, named or use stay."
    notes       = ["The docker driver's default is `true`.", "Such images carry a name of the driver's own, `localhost/nomad-driver-podman/pulled`, by which they are found again after a restart."]
    example     = true
    own         = true
    since       = "0.1.0"
    docker      = "gc.image"
    not_in_spec = "It says what happens after the container has ended."
  }

  option "image_delay" {
    type        = string
    syntax      = duration
    default     = "3m"
    doc         = "How long an image has to be unused before it is removed, as a number with a unit."
    notes       = ["It begins anew when the plugin starts."]
    example     = "1h"
    own         = true
    since       = "0.1.0"
    docker      = "gc.image_delay"
    not_in_spec = "It says what happens after the container has ended."
  }
}

option "recover_stopped" {
  type        = bool
  default     = false
  doc         = "Whether a container that stopped while the agent was down is started again when the agent comes back. With `false`, Nomad learns that the task ended and decides itself."
  notes       = ["With `true`, an agent may hang or fail to start after a reboot of its host."]
  example     = true
  since       = "0.1.0"
  docker      = null
  not_in_spec = "It says what happens to containers that exist already."
}

# Labels

option "extra_labels" {
  type    = list(string)
  syntax  = glob
  doc     = "Labels about the job that every container gets, as patterns over `job_name`, `job_id`, `task_group_name`, `task_name`, `namespace`, `node_name` and `node_id`; `*` stands for anything. Unset adds none."
  notes = [
    "The labels are called `com.hashicorp.nomad.job_name` and so on, and win over labels of the task.",
    "With any pattern, also one that fits nothing, `com.hashicorp.nomad.alloc_id` is added.",
  ]
  example = ["job_*", "task_name"]
  since   = "0.1.0"
  docker  = "extra_labels"
  rule    = "labels.labels"
  affects = ["labels"]
}

# Logging

option "logging" {
  kind    = block
  default = { driver = "nomad", options = {} }
  doc     = "Where the output of tasks goes that have no `logging` block of their own."
  example = { driver = "journald", options = { tag = "nomad" } }
  since   = "0.1.0"
  docker  = "logging"

  option "driver" {
    type    = string
    enum    = ["nomad", "journald"]
    doc     = "`nomad` gives the output to Nomad. `journald` writes it to the host's journal, from which the plugin passes it on. Unset inside the block means `nomad`."
    notes   = ["Its name is `driver` also here, not `type` as in the Go driver's documentation."]
    example = "journald"
    since   = "0.1.0"
    docker  = "logging.type"
    rule    = "logging.log_configuration"
    affects = ["log_configuration"]
  }

  option "options" {
    type    = map(string)
    kind    = block_attrs
    doc     = "Options of Podman's log driver, as a block. `journald` takes `tag`."
    example = { tag = "nomad" }
    since   = "0.1.0"
    docker  = "logging.config"
    rule    = "logging.log_configuration"
    affects = ["log_configuration"]
  }

  option "split" {
    type    = bool
    doc     = "Whether Nomad gets lines as the process wrote them, output and error output each in its own stream, from tasks that have no `logging` block of their own and do not log to the journal. Unset means one stream whose lines begin with a time and the stream's name."
    own     = true
    example = true
    since   = "0.1.0"
    docker  = null
    rule    = "logging.log_configuration"
    affects = ["log_configuration"]
  }
}

option "disable_log_collection" {
  type    = bool
  doc     = "Whether output is kept from Nomad. Containers then use Podman's own log driver, and `nomad alloc logs` shows nothing. Output is collected unless this is true."
  example = true
  since   = "0.1.0"
  docker  = "disable_log_collection"
  rule    = "logging.log_configuration"
  affects = ["log_configuration"]
}

# Network

option "networking" {
  kind    = block
  default = { default_rootless_mode = "" }
  doc     = "Defaults of networks."
  example = { default_rootless_mode = "pasta" }
  since   = "0.1.0"
  docker  = null

  option "default_rootless_mode" {
    type    = string
    syntax  = network_mode
    doc     = "Network mode of tasks on a rootless Podman that choose none: `pasta`, `slirp4netns`, `bridge`, `host` or `none`. Unset means `pasta` from Podman 5.0 on, before that `slirp4netns`."
    notes   = ["Podman 6 has no `slirp4netns` any more."]
    example = "pasta"
    since   = "0.1.0"
    docker  = null
    rule    = "network.mode"
    affects = ["netns", "Networks"]
  }
}

option "dns_servers" {
  type    = list(string)
  syntax  = ip
  doc     = "IP addresses of name servers for tasks whose group has no `dns` block in its `network`. Unset leaves the choice to Podman."
  notes   = ["Any `dns` block of the group, an empty one too, switches these off."]
  example = ["192.0.2.53"]
  since   = "0.1.0"
  docker  = null
  rule    = "network.dns"
  affects = ["dns_server"]
}

# Sockets

option "socket" {
  kind      = block_list
  doc       = "A Podman that tasks may run on, such as the rootless one of a user. Tasks choose by name with their option `socket`."
  notes     = ["The block named `default`, or without a name, serves tasks that choose none; such tasks fail where no block is the default one.", "It cannot stand beside `socket_path`."]
  example   = [{ name = "default", socket_path = "unix:///run/podman/podman.sock" }, { name = "app", socket_path = "unix:///run/user/1000/podman/podman.sock" }]
  since     = "0.1.0"
  docker    = null
  conflicts = ["socket_path"]

  option "name" {
    type        = string
    doc         = "Name under which tasks choose this Podman. Unset means `default`."
    notes       = ["In node attributes every character but letters and digits becomes an underscore."]
    example     = "app"
    since       = "0.1.0"
    docker      = null
    not_in_spec = "It says which Podman is asked; the container does not know of it."
  }

  option "socket_path" {
    type        = string
    syntax      = socket_url
    required    = true
    doc         = "Address of the Podman: `unix://` and a path, or `http://HOST:PORT`."
    notes       = ["Addresses with `ssh://` and TLS are not supported."]
    example     = "unix:///run/user/1000/podman/podman.sock"
    since       = "0.1.0"
    docker      = null
    not_in_spec = "It says which Podman is asked; the container does not know of it."
  }
}

option "socket_path" {
  type        = string
  syntax      = socket_url
  doc         = "Address of the only Podman, where there are no `socket` blocks: `unix://` and a path, or `http://HOST:PORT`. Unset means `unix:///run/podman/podman.sock` for root, and `unix:///run/user/UID/podman/podman.sock` for others."
  notes       = ["No environment variable is read."]
  example     = "unix:///run/podman/podman.sock"
  since       = "0.1.0"
  docker      = "endpoint"
  conflicts   = ["socket"]
  not_in_spec = "It says which Podman is asked; the container does not know of it."
}

option "client_http_timeout" {
  type        = string
  syntax      = duration
  doc         = "How long one request to Podman may take, as a number with a unit: `30s`, `2m`. Unset means `60s`. Pulling an image has its own limit, the task's `image_pull_timeout`."
  notes       = ["The Go driver documented 60 seconds and waited for ever."]
  example     = "30s"
  since       = "0.1.0"
  docker      = null
  not_in_spec = "It limits requests to Podman."
}

# Options that only the docker driver has

docker "allow_caps" {
  instead = "There is nothing like it yet: every job may add any capability."
}

docker "allow_privileged" {
  instead = "There is nothing like it yet: every job may be privileged."
}

docker "allow_runtimes" {
  instead = "There is nothing like it: the OCI runtime is the one that Podman is configured for."
}

docker "gc.dangling_containers" {
  instead = "There is nothing like it yet."
}

docker "infra_image" {
  instead = "It is not needed: tasks join the network namespace that Nomad makes, without a pause container."
}

docker "infra_image_pull_timeout" {
  instead = "It is not needed: tasks join the network namespace that Nomad makes, without a pause container."
}

docker "nvidia_runtime" {
  instead = "It is not needed: devices of Nomad's NVIDIA plugin are added to the container, and `devices` takes CDI names."
}

docker "tls" {
  instead = "There is no TLS to Podman; use a `unix://` socket, and forward it with ssh where Podman is elsewhere."
}
