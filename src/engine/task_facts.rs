//! What Nomad would say of a task, from the job file alone: what a client computes is computed, and what only a
//! cluster knows has a documented stand-in. Whoever knows better overwrites single facts.
//!
//! Stand-ins: the allocation's ID is all zeros, its folder lies in `/var/lib/nomad/alloc`; the node has address
//! 127.0.0.1 and processors of 1000 MHz; ports that Nomad chooses count from 20000 in each group; a host volume lies in
//! `/var/lib/nomad/host_volumes/SOURCE`, a CSI volume in `/var/lib/nomad/client/csi/SOURCE`; the network namespace
//! of a group is `/var/run/netns/ID`. Devices of device plugins, templates, Vault and Consul add nothing.

use std::collections::BTreeMap;

use crate::facts::{CgroupVersion, Dns, HostFacts, NomadMount, NomadNetwork, NomadPort, NomadTask};
use crate::jobspec::{Group, Job, Network, Pair, Resources, Spanned, Task, VolumeMount};

/// The first port that Nomad would choose.
pub const FIRST_DYNAMIC_PORT: u32 = 20_000;
/// Address of the node.
pub const HOST_ADDRESS: &str = "127.0.0.1";
/// What a processor of the node has. Unit: MHz.
pub const PROCESSOR_MHZ: i64 = 1000;
/// Nomad's folder of data.
pub const DATA_FOLDER: &str = "/var/lib/nomad";

/// The facts of one task. Of the host, only processors and the version of cgroups matter here.
pub fn nomad_task(job: &Job, group: &Group, task: &Task, host: &HostFacts) -> NomadTask {
    let facts = NomadTask {
        task_name: task.name.value.clone(),
        job_id: job.id.value.clone(),
        job_name: text_or(&job.name, &job.id.value),
        group_name: group.name.value.clone(),
        namespace: text_or(&job.namespace, "default"),
        node_name: "node".to_owned(),
        user: text_or(&task.user, ""),
        ..NomadTask::default()
    };
    let facts = limits(facts, &task.resources, host);
    let facts = network(folders(facts), group.networks.first());
    let networks = task.resources.networks.iter().map(old_network).collect();
    let facts = NomadTask { mounts: mounts(group, task), networks, ..facts };
    NomadTask { env: environment(&facts, job, group, task, host), ..facts }
}

fn text_or(text: &Option<Spanned<String>>, otherwise: &str) -> String {
    text.as_ref().map_or(otherwise, |text| text.value.as_str()).to_owned()
}

/// Nomad's own defaults are 100 MHz and 300 MB. Reserved cores replace the former.
fn limits(facts: NomadTask, resources: &Resources, host: &HostFacts) -> NomadTask {
    let number = |value: &Option<Spanned<i64>>| value.as_ref().map(|value| value.value);
    let cores = number(&resources.cores).filter(|cores| *cores > 0);
    let cpu_shares = match cores {
        Some(cores) => cores.saturating_mul(PROCESSOR_MHZ),
        None => number(&resources.cpu).unwrap_or(facts.cpu_shares),
    };
    let node = host.processors.max(1) as f64 * PROCESSOR_MHZ as f64;
    NomadTask {
        cpu_shares,
        percent_ticks: cpu_shares as f64 / node,
        cpuset: match cores {
            None => String::new(),
            Some(1) => "0".to_owned(),
            Some(cores) => format!("0-{}", cores - 1),
        },
        memory_mb: number(&resources.memory).unwrap_or(facts.memory_mb),
        memory_max_mb: number(&resources.memory_max).unwrap_or(0),
        ..facts
    }
}

fn folders(facts: NomadTask) -> NomadTask {
    let alloc_dir = format!("{DATA_FOLDER}/alloc/{}", facts.alloc_id);
    let task_dir = format!("{alloc_dir}/{}", facts.task_name);
    let pipe = |stream: &str| format!("{alloc_dir}/alloc/logs/.{}.{stream}.fifo", facts.task_name);
    NomadTask {
        task_id: format!("{}/{}/00000000", facts.alloc_id, facts.task_name),
        shared_alloc_dir: format!("{alloc_dir}/alloc"),
        task_local_dir: format!("{task_dir}/local"),
        task_secrets_dir: format!("{task_dir}/secrets"),
        stdout_path: pipe("stdout"),
        stderr_path: pipe("stderr"),
        task_dir,
        alloc_dir,
        ..facts
    }
}

/// Nomad makes a namespace for every mode but `host`, also for `none`; the driver sees only its path.
fn network(facts: NomadTask, network: Option<&Network>) -> NomadTask {
    let Some(network) = network else { return facts };
    let mode = network.mode.as_ref().map_or("host", |mode| mode.value.as_str()).to_lowercase();
    let own = mode == "bridge" || mode == "none" || mode.starts_with("cni/");
    let texts = |texts: &[Spanned<String>]| texts.iter().map(|text| text.value.clone()).collect();
    NomadTask {
        netns_path: if own { format!("/var/run/netns/{}", facts.alloc_id) } else { String::new() },
        netns_mode: if own { "group".to_owned() } else { String::new() },
        dns: network.dns.as_ref().map(|dns| Dns {
            servers: texts(&dns.servers),
            searches: texts(&dns.searches),
            options: texts(&dns.options),
        }),
        ports: Some(ports(network)),
        ..facts
    }
}

fn ports(network: &Network) -> Vec<NomadPort> {
    let mut free = FIRST_DYNAMIC_PORT..;
    let number = |port: &Spanned<i64>| u32::try_from(port.value).unwrap_or(0);
    let port = |port: &crate::jobspec::Port| {
        let value = match &port.static_port {
            Some(port) => number(port),
            None => free.next().unwrap_or(FIRST_DYNAMIC_PORT),
        };
        let to = match &port.to {
            // A job's -1 asks for the same number as on the host.
            Some(to) if to.value == -1 => value,
            Some(to) => number(to),
            None => 0,
        };
        NomadPort { label: port.label.value.clone(), value, to, host_ip: HOST_ADDRESS.to_owned() }
    };
    network.ports.iter().map(port).collect()
}

/// A network of the task's own resources, which Nomad keeps for jobs of an older style.
fn old_network(network: &Network) -> NomadNetwork {
    let fixed = |port: &NomadPort| {
        network.ports.iter().any(|given| given.label.value == port.label && !given.is_dynamic())
    };
    let (reserved_ports, dynamic_ports) = ports(network).into_iter().partition(fixed);
    NomadNetwork { ip: HOST_ADDRESS.to_owned(), reserved_ports, dynamic_ports }
}

/// A mount of a volume that the group does not have is Nomad's problem, and is left out.
fn mounts(group: &Group, task: &Task) -> Vec<NomadMount> {
    task.volume_mounts.iter().filter_map(|mount| volume(group, mount)).collect()
}

fn volume(group: &Group, mount: &VolumeMount) -> Option<NomadMount> {
    let name = &mount.volume.as_ref()?.value;
    let volume = group.volumes.iter().find(|volume| volume.name.value == *name)?;
    let folder = match volume.volume_type.as_ref().map(|ty| ty.value.as_str()) {
        Some("csi") => "client/csi",
        _ => "host_volumes",
    };
    let source = text_or(&volume.source, name);
    let is = |flag: &Option<Spanned<bool>>| flag.as_ref().is_some_and(|flag| flag.value);
    Some(NomadMount {
        task_path: text_or(&mount.destination, ""),
        host_path: format!("{DATA_FOLDER}/{folder}/{source}"),
        readonly: is(&volume.read_only) || is(&mount.read_only),
        propagation_mode: text_or(&mount.propagation_mode, "private"),
        selinux_label: text_or(&mount.selinux_label, ""),
    })
}

/// The environment as a client makes it: Nomad's own variables, then the job's meta data, then the task's `env`,
/// whose texts stay as they are written.
fn environment(
    facts: &NomadTask,
    job: &Job,
    group: &Group,
    task: &Task,
    host: &HostFacts,
) -> BTreeMap<String, String> {
    let mut env = BTreeMap::new();
    let mut set = |name: &str, value: String| {
        env.insert(clean(name), value);
    };
    own_variables(facts, &mut set);
    set("NOMAD_REGION", text_or(&job.region, "global"));
    set("NOMAD_DC", datacenter(job));
    set(
        "NOMAD_PARENT_CGROUP",
        match host.cgroup_version {
            CgroupVersion::V1 => "/nomad".to_owned(),
            CgroupVersion::V2 => "nomad.slice".to_owned(),
        },
    );
    for port in facts.ports.iter().flatten() {
        port_variables(port, &mut set);
    }
    let meta: BTreeMap<&str, &Pair> = job
        .meta
        .iter()
        .chain(&group.meta)
        .chain(&task.meta)
        .map(|pair| (pair.name.value.as_str(), pair))
        .collect();
    for (name, pair) in meta {
        set(&format!("NOMAD_META_{name}"), pair.value.value.clone());
        set(&format!("NOMAD_META_{}", name.to_uppercase()), pair.value.value.clone());
    }
    for pair in &task.env {
        set(&pair.name.value, pair.value.value.clone());
    }
    env
}

fn own_variables(facts: &NomadTask, set: &mut impl FnMut(&str, String)) {
    for (name, value) in [
        ("NOMAD_ALLOC_DIR", "/alloc"),
        ("NOMAD_TASK_DIR", "/local"),
        ("NOMAD_SECRETS_DIR", "/secrets"),
        ("NOMAD_TASK_NAME", &facts.task_name),
        ("NOMAD_GROUP_NAME", &facts.group_name),
        ("NOMAD_JOB_ID", &facts.job_id),
        ("NOMAD_JOB_NAME", &facts.job_name),
        ("NOMAD_NAMESPACE", &facts.namespace),
        ("NOMAD_ALLOC_ID", &facts.alloc_id),
        ("NOMAD_SHORT_ALLOC_ID", facts.alloc_id.get(..8).unwrap_or("")),
        ("NOMAD_ALLOC_INDEX", "0"),
    ] {
        set(name, value.to_owned());
    }
    set("NOMAD_ALLOC_NAME", format!("{}.{}[0]", facts.job_id, facts.group_name));
    set("NOMAD_CPU_LIMIT", facts.cpu_shares.to_string());
    set("NOMAD_MEMORY_LIMIT", facts.memory_mb.to_string());
    if facts.memory_max_mb != 0 {
        set("NOMAD_MEMORY_MAX_LIMIT", facts.memory_max_mb.to_string());
    }
    if !facts.cpuset.is_empty() {
        set("NOMAD_CPU_CORES", facts.cpuset.clone());
    }
}

fn port_variables(port: &NomadPort, set: &mut impl FnMut(&str, String)) {
    let inside = if port.to == 0 { port.value } else { port.to };
    for (name, value) in [
        ("PORT", inside.to_string()),
        ("ALLOC_PORT", inside.to_string()),
        ("HOST_PORT", port.value.to_string()),
        ("IP", port.host_ip.clone()),
        ("HOST_IP", port.host_ip.clone()),
        ("ADDR", format!("{}:{}", port.host_ip, port.value)),
        ("HOST_ADDR", format!("{}:{}", port.host_ip, port.value)),
    ] {
        set(&format!("NOMAD_{name}_{}", port.label), value);
    }
}

fn datacenter(job: &Job) -> String {
    let named = job.datacenters.iter().map(|name| name.value.as_str()).find(|name| !name.contains('*'));
    named.unwrap_or("dc1").to_owned()
}

/// Nomad makes names out of labels and keys fit for a shell, under these prefixes.
fn clean(name: &str) -> String {
    const PREFIXES: [&str; 5] =
        ["NOMAD_ADDR_", "NOMAD_IP_", "NOMAD_PORT_", "NOMAD_HOST_PORT_", "NOMAD_META_"];
    if !PREFIXES.iter().any(|prefix| name.starts_with(prefix)) {
        return name.to_owned();
    }
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobspec::{Input, parse};
    use crate::source::Files;

    fn facts(group: &str) -> NomadTask {
        let mut files = Files::default();
        let text = format!("job \"j\" {{\n group \"g\" {{\n{group}\n }}\n}}\n");
        let file = files.add("j.nomad", text.as_str());
        let parsed = parse(&mut files, file, &Input::nothing());
        assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
        let job = parsed.job.unwrap();
        nomad_task(&job, &job.groups[0], &job.groups[0].tasks[0], &HostFacts::default())
    }

    #[test]
    fn ports_count_from_twenty_thousand_and_reach_the_environment() {
        let facts = facts(
            "network {\n mode = \"bridge\"\n port \"a\" { to = 80 }\n port \"b-c\" { static = 443 }\n port \"d\" { to = -1 }\n}\n\
             task \"t\" { driver = \"podman\" }",
        );
        let ports: Vec<(u32, u32)> = facts.ports.iter().flatten().map(|port| (port.value, port.to)).collect();
        assert_eq!(ports, [(20000, 80), (443, 0), (20001, 20001)]);
        assert_eq!(facts.netns_path, "/var/run/netns/00000000-0000-0000-0000-000000000000");
        assert_eq!(facts.netns_mode, "group");
        for (name, value) in [
            ("NOMAD_PORT_a", "80"),
            ("NOMAD_HOST_PORT_a", "20000"),
            ("NOMAD_ADDR_b_c", "127.0.0.1:443"),
            ("NOMAD_HOST_ADDR_b-c", "127.0.0.1:443"),
            ("NOMAD_ALLOC_NAME", "j.g[0]"),
            ("NOMAD_MEMORY_LIMIT", "300"),
        ] {
            assert_eq!(facts.env.get(name).map(String::as_str), Some(value), "{name}");
        }
    }

    #[test]
    fn a_network_in_the_tasks_resources_has_its_ports_by_kind() {
        let facts = facts(
            "task \"t\" {\n driver = \"podman\"\n resources {\n network {\n port \"a\" {}\n port \"b\" { static = 80 }\n }\n }\n}",
        );
        let network = facts.networks.first().unwrap();
        let values = |ports: &[NomadPort]| ports.iter().map(|port| port.value).collect::<Vec<_>>();
        assert_eq!(
            (values(&network.dynamic_ports), values(&network.reserved_ports)),
            (vec![20000], vec![80])
        );
        assert_eq!(facts.ports, None);
    }

    #[test]
    fn volumes_of_the_group_become_mounts() {
        let facts = facts(
            "volume \"data\" {\n type = \"host\"\n source = \"pg\"\n read_only = true\n}\n\
             task \"t\" {\n driver = \"podman\"\n volume_mount {\n volume = \"data\"\n destination = \"/data\"\n }\n}",
        );
        let mount = facts.mounts.first().unwrap();
        assert_eq!(
            (mount.host_path.as_str(), mount.task_path.as_str(), mount.readonly),
            ("/var/lib/nomad/host_volumes/pg", "/data", true)
        );
        assert_eq!(facts.ports, None);
    }

    #[test]
    fn cores_give_a_set_and_a_share_of_the_node() {
        let facts = facts("task \"t\" {\n driver = \"podman\"\n resources {\n cores = 2\n }\n}");
        assert_eq!((facts.cpuset.as_str(), facts.cpu_shares, facts.percent_ticks), ("0-1", 2000, 1.0));
    }
}
