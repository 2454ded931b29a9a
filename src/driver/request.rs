//! What a client sends of a task, in the engine's words: the typed `config` block, Nomad's facts, and whose task it is.
//! A request that lacks a part is an error or has that part's default; what the values mean is the engine's.

use podman_driver_engine::config::{TaskConfig, decode};
use podman_driver_engine::facts::{Dns, NomadDevice, NomadMount, NomadNetwork, NomadPort, NomadTask};

use super::errors::Failure;
use super::events::Ident;
use crate::plugin::generated::driver as wire;
use crate::plugin::generated::driver::network_isolation_spec::NetworkIsolationMode;

/// The task's `config` block.
///
/// # Errors
/// `failed to decode driver config: …`, with the option that is wrong.
pub fn config(task: &wire::TaskConfig) -> Result<TaskConfig, Failure> {
    decode::task_from_msgpack(&task.msgpack_driver_config).map_err(Failure::new)
}

/// Whose task it is, for its events.
pub fn ident(task: &wire::TaskConfig) -> Ident {
    Ident { task_id: task.id.clone(), alloc_id: task.alloc_id.clone(), task_name: task.name.clone() }
}

/// What Nomad says of the task beside its `config` block. Folders are derived from the allocation's as a client lays
/// them out.
///
/// # Errors
/// The request says nothing of the resources: a container without the limits that its job asks for is not started.
pub fn nomad_task(task: &wire::TaskConfig) -> Result<NomadTask, Failure> {
    let missing = |what: &str| {
        Failure::new(format!(
            "the request to start task {:?} has no {what}: its limits are unknown, and nothing is started without them",
            task.name
        ))
    };
    let resources = task.resources.as_ref().ok_or_else(|| missing("resources"))?;
    let allocated =
        resources.allocated_resources.as_ref().ok_or_else(|| missing("resources.allocated_resources"))?;
    let facts = limits(folders(names(task), task), allocated, resources.linux_resources.as_ref());
    let isolation = task.network_isolation_spec.as_ref();
    Ok(NomadTask {
        env: task.env.clone(),
        mounts: task.mounts.iter().map(mount).collect(),
        devices: task.devices.iter().map(device).collect(),
        dns: task.dns.as_ref().map(dns),
        // A list without entries cannot be told from no list on this wire, and a client means none by it.
        ports: (!resources.ports.is_empty()).then(|| resources.ports.iter().map(port).collect()),
        networks: allocated.networks.iter().map(network).collect(),
        netns_path: isolation.map(|isolation| isolation.path.clone()).unwrap_or_default(),
        netns_mode: isolation.map(|isolation| mode(isolation.mode())).unwrap_or_default().to_owned(),
        ..facts
    })
}

fn names(task: &wire::TaskConfig) -> NomadTask {
    NomadTask {
        task_name: task.name.clone(),
        task_id: task.id.clone(),
        alloc_id: task.alloc_id.clone(),
        job_id: task.job_id.clone(),
        job_name: task.job_name.clone(),
        group_name: task.task_group_name.clone(),
        namespace: task.namespace.clone(),
        node_name: task.node_name.clone(),
        node_id: task.node_id.clone(),
        user: task.user.clone(),
        stdout_path: task.stdout_path.clone(),
        stderr_path: task.stderr_path.clone(),
        ..NomadTask::default()
    }
}

fn folders(facts: NomadTask, task: &wire::TaskConfig) -> NomadTask {
    let alloc_dir = match task.alloc_dir.trim_end_matches('/') {
        "" => task.alloc_dir.clone(),
        trimmed => trimmed.to_owned(),
    };
    let task_dir = format!("{}/{}", alloc_dir.trim_end_matches('/'), task.name);
    NomadTask {
        shared_alloc_dir: format!("{}/alloc", alloc_dir.trim_end_matches('/')),
        task_local_dir: format!("{task_dir}/local"),
        task_secrets_dir: format!("{task_dir}/secrets"),
        task_dir,
        alloc_dir,
        ..facts
    }
}

/// A client fills `linux_resources` for drivers like this one. Without it, the reserved MHz are the weight, since they
/// are the same number.
fn limits(
    facts: NomadTask,
    allocated: &wire::AllocatedTaskResources,
    linux: Option<&wire::LinuxResources>,
) -> NomadTask {
    let memory = allocated.memory.unwrap_or_default();
    let reserved = allocated.cpu.unwrap_or_default().cpu_shares;
    let share = linux.map(|linux| linux.percent_ticks).filter(|share| share.is_finite());
    NomadTask {
        memory_mb: memory.memory_mb,
        memory_max_mb: memory.memory_max_mb,
        cpu_shares: linux.map_or(reserved, |linux| linux.cpu_shares),
        percent_ticks: share.unwrap_or_default(),
        cpuset: linux.map(|linux| linux.cpuset_cpus.clone()).unwrap_or_default(),
        ..facts
    }
}

fn mount(mount: &wire::Mount) -> NomadMount {
    NomadMount {
        task_path: mount.task_path.clone(),
        host_path: mount.host_path.clone(),
        readonly: mount.readonly,
        propagation_mode: mount.propagation_mode.clone(),
        selinux_label: mount.selinux_label.clone(),
    }
}

fn device(device: &wire::Device) -> NomadDevice {
    NomadDevice {
        task_path: device.task_path.clone(),
        host_path: device.host_path.clone(),
        permissions: device.cgroup_permissions.clone(),
    }
}

fn dns(dns: &wire::DnsConfig) -> Dns {
    Dns { servers: dns.servers.clone(), searches: dns.searches.clone(), options: dns.options.clone() }
}

fn port(port: &wire::PortMapping) -> NomadPort {
    NomadPort {
        label: port.label.clone(),
        value: number(port.value),
        to: number(port.to),
        host_ip: port.host_ip.clone(),
    }
}

fn network(network: &wire::NetworkResource) -> NomadNetwork {
    let ports = |ports: &[wire::NetworkPort]| {
        let port = |port: &wire::NetworkPort| NomadPort {
            label: port.label.clone(),
            value: number(port.value),
            ..NomadPort::default()
        };
        ports.iter().map(port).collect()
    };
    NomadNetwork {
        ip: network.ip.clone(),
        reserved_ports: ports(&network.reserved_ports),
        dynamic_ports: ports(&network.dynamic_ports),
    }
}

/// A negative number is no port; the rule that publishes it says so of 0.
fn number(port: i32) -> u32 {
    u32::try_from(port).unwrap_or_default()
}

/// Nomad's words for the modes of isolation.
fn mode(mode: NetworkIsolationMode) -> &'static str {
    match mode {
        NetworkIsolationMode::Host => "host",
        NetworkIsolationMode::Group => "group",
        NetworkIsolationMode::Task => "task",
        NetworkIsolationMode::None => "none",
    }
}
