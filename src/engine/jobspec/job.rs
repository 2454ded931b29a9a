//! What a job file says, as far as a podman task depends on it: the job's name and groups, the groups' networks and
//! volumes, the tasks with their `config`. Every part knows where it is written. Texts may hold `${…}` that Nomad
//! completes when the task starts. Whatever else a job has is Nomad's business and not here.

use std::time::Duration;

use crate::source::Span;
use crate::value::Node;

/// A value with the place where it is written; `None` for what has no text, such as a task's name that is made up.
#[derive(Debug, Clone, PartialEq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it is written.
    pub span: Option<Span>,
}

/// A name and its text, such as an environment variable.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// The name.
    pub name: Spanned<String>,
    /// The text.
    pub value: Spanned<String>,
}

/// A job.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its ID: the label of the `job` block.
    pub id: Spanned<String>,
    /// Its name; Nomad takes the ID where there is none.
    pub name: Option<Spanned<String>>,
    /// `service` (Nomad's default), `batch`, `system` or `sysbatch`.
    pub job_type: Option<Spanned<String>>,
    /// Its namespace; Nomad takes `default` where there is none.
    pub namespace: Option<Spanned<String>>,
    /// Its region; Nomad takes `global` where there is none.
    pub region: Option<Spanned<String>>,
    /// The data centers that it may run in.
    pub datacenters: Vec<Spanned<String>>,
    /// Its `meta`.
    pub meta: Vec<Pair>,
    /// Its groups. A task right inside of the job is a group of its own, before the others.
    pub groups: Vec<Group>,
    /// The whole block.
    pub span: Option<Span>,
}

/// A group of tasks that run together.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Its name.
    pub name: Spanned<String>,
    /// How many of it run; 1 where it is not said.
    pub count: Option<Spanned<i64>>,
    /// Its `meta`.
    pub meta: Vec<Pair>,
    /// Its networks; Nomad allows one.
    pub networks: Vec<Network>,
    /// Its volumes.
    pub volumes: Vec<Volume>,
    /// Its tasks, without the side-cars of its services.
    pub tasks: Vec<Task>,
    /// Its services.
    pub services: Vec<Service>,
    /// The whole block.
    pub span: Option<Span>,
}

/// A group's network.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Network {
    /// `host` (Nomad's default), `bridge`, `none` or `cni/<name>`.
    pub mode: Option<Spanned<String>>,
    /// The host name inside of the network.
    pub hostname: Option<Spanned<String>>,
    /// Name servers of its own.
    pub dns: Option<Dns>,
    /// Its ports.
    pub ports: Vec<Port>,
    /// The whole block.
    pub span: Option<Span>,
}

/// The `dns` block of a network.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Dns {
    /// Addresses of name servers.
    pub servers: Vec<Spanned<String>>,
    /// Domains to search in.
    pub searches: Vec<Spanned<String>>,
    /// Options as in resolv.conf.
    pub options: Vec<Spanned<String>>,
    /// The whole block.
    pub span: Option<Span>,
}

/// A port of a network.
#[derive(Debug, Clone, PartialEq)]
pub struct Port {
    /// Its name.
    pub label: Spanned<String>,
    /// The port on the host; `None` for one that Nomad chooses.
    pub static_port: Option<Spanned<i64>>,
    /// The port inside of the network; `None` for the same as on the host.
    pub to: Option<Spanned<i64>>,
    /// The host's network that it belongs to.
    pub host_network: Option<Spanned<String>>,
    /// The whole block.
    pub span: Option<Span>,
}

impl Port {
    /// Whether Nomad chooses the port on the host.
    pub fn is_dynamic(&self) -> bool {
        self.static_port.is_none()
    }
}

/// A group's volume.
#[derive(Debug, Clone, PartialEq)]
pub struct Volume {
    /// The name that tasks mount it by.
    pub name: Spanned<String>,
    /// `host` or `csi`.
    pub volume_type: Option<Spanned<String>>,
    /// The name of the host's volume, or the ID of the CSI volume.
    pub source: Option<Spanned<String>>,
    /// Whether nobody may write to it; false where it is not said.
    pub read_only: Option<Spanned<bool>>,
    /// The whole block.
    pub span: Option<Span>,
}

/// A group's service, as far as it brings a task.
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// Its name.
    pub name: Option<Spanned<String>>,
    /// The Connect side-car or gateway, where the job says how it runs; its task is called as Nomad calls it.
    pub sidecar_task: Option<Task>,
    /// The whole block.
    pub span: Option<Span>,
}

/// A task.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// Its name.
    pub name: Spanned<String>,
    /// Its driver; `None` for a side-car that takes Nomad's default.
    pub driver: Option<Spanned<String>>,
    /// The user to run as.
    pub user: Option<Spanned<String>>,
    /// Its environment, in order of appearance.
    pub env: Vec<Pair>,
    /// What it may use.
    pub resources: Resources,
    /// The volumes that it mounts.
    pub volume_mounts: Vec<VolumeMount>,
    /// The signal that ends it.
    pub kill_signal: Option<Spanned<String>>,
    /// How long it may take to end; Nomad takes 5 s where it is not said.
    pub kill_timeout: Option<Spanned<Duration>>,
    /// Whether the others end when it ends; false where it is not said.
    pub leader: Option<Spanned<bool>>,
    /// When it runs, if not all the time.
    pub lifecycle: Option<Lifecycle>,
    /// Its `meta`.
    pub meta: Vec<Pair>,
    /// Its `config`, always an object: block and attribute form are the same, nested blocks are entries with
    /// `block` set, one for each block. A value that could not be evaluated is a template with its source text.
    pub config: Node,
    /// Where `config` is written; `None` where there is none.
    pub config_span: Option<Span>,
    /// Whether it is a Connect side-car or gateway.
    pub sidecar: bool,
    /// The whole block.
    pub span: Option<Span>,
}

/// What a task may use. Units as in the job: MHz, MB.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Resources {
    /// CPU in MHz; 100 where neither it nor `cores` is said.
    pub cpu: Option<Spanned<i64>>,
    /// Whole cores for the task alone.
    pub cores: Option<Spanned<i64>>,
    /// Memory in MB; 300 where it is not said.
    pub memory: Option<Spanned<i64>>,
    /// Memory that it may grow to, in MB.
    pub memory_max: Option<Spanned<i64>>,
    /// Size of the secrets folder in MB.
    pub secrets: Option<Spanned<i64>>,
    /// Networks of the older style, which `port_map` belongs to.
    pub networks: Vec<Network>,
    /// Devices that a device plugin has to give.
    pub devices: Vec<Device>,
    /// The whole block.
    pub span: Option<Span>,
}

/// A request for devices.
#[derive(Debug, Clone, PartialEq)]
pub struct Device {
    /// What is asked for, such as `nvidia/gpu`.
    pub name: Spanned<String>,
    /// How many; 1 where it is not said.
    pub count: Option<Spanned<i64>>,
    /// The whole block.
    pub span: Option<Span>,
}

/// A volume in a task.
#[derive(Debug, Clone, PartialEq)]
pub struct VolumeMount {
    /// The group's name for it.
    pub volume: Option<Spanned<String>>,
    /// Where it is inside of the task.
    pub destination: Option<Spanned<String>>,
    /// Whether the task may not write to it; false where it is not said.
    pub read_only: Option<Spanned<bool>>,
    /// `private` (Nomad's default), `host-to-task` or `bidirectional`.
    pub propagation_mode: Option<Spanned<String>>,
    /// The SELinux label, `z` or `Z`.
    pub selinux_label: Option<Spanned<String>>,
    /// The whole block.
    pub span: Option<Span>,
}

/// When a task runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Lifecycle {
    /// `prestart`, `poststart` or `poststop`.
    pub hook: Option<Spanned<String>>,
    /// Whether it runs as long as the others; false where it is not said.
    pub sidecar: Option<Spanned<bool>>,
    /// The whole block.
    pub span: Option<Span>,
}
