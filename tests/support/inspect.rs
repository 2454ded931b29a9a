//! What `inspect` says of a container, in one shape for all Podmans: `Container` holds what a job can ask for, without
//! what Podman adds on its own. The differences between versions that it evens out were seen on 4.3.1 and 5.8.6.

#![allow(dead_code)]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// A container as Podman describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Container {
    pub name: String,
    pub image: String,
    pub process: Process,
    /// With the image's and what Podman adds ([`ADDED_ENV`]).
    pub env: BTreeMap<String, String>,
    pub labels: BTreeMap<String, String>,
    /// Without those that Podman writes for itself (`io.podman.…` and the like).
    pub annotations: BTreeMap<String, String>,
    /// By their place in the container.
    pub mounts: BTreeMap<String, Mount>,
    pub limits: Limits,
    pub ports: BTreeSet<Port>,
    pub security: Security,
    pub namespaces: Namespaces,
    pub network: Network,
    /// Place in the container to place on the host.
    pub devices: BTreeMap<String, String>,
    /// `k8s-file`, `journald`, …
    pub log_driver: String,
    /// Empty for a driver without a file.
    pub log_path: String,
    /// Under which lines stand in the journal.
    pub log_tag: String,
    /// Empty: the cgroup manager's default.
    pub cgroup_parent: String,
    pub running: bool,
}

/// Variables that Podman sets where neither image nor job does. `HOME` appears when the container starts; `TERM` is
/// there on 4.3.1 always, later only with a terminal.
pub const ADDED_ENV: [&str; 4] = ["container", "HOSTNAME", "HOME", "TERM"];

/// The process and how it is treated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Process {
    /// Entrypoint and command, without the init that Podman puts before them.
    pub arguments: Vec<String>,
    pub init: bool,
    pub user: String,
    pub groups: BTreeSet<String>,
    pub working_directory: String,
    pub terminal: bool,
    pub hostname: String,
    pub stop_signal: i64,
    /// In seconds.
    pub stop_timeout: i64,
    pub umask: String,
    pub timezone: String,
    /// Empty: it is not restarted.
    pub restart: String,
    /// Whether Podman removes the container when the process ends.
    pub auto_remove: bool,
}

/// Something mounted: a bind, a volume, or a tmpfs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mount {
    /// `bind`, `volume` or `tmpfs`.
    pub kind: String,
    /// A path for a bind, a name for a volume, nothing for a tmpfs.
    pub source: String,
    pub read_only: bool,
    /// `rprivate`, `rslave`, …
    pub propagation: String,
    /// The others, such as `noexec` and `size=10m`.
    pub options: BTreeSet<String>,
}

/// Resource limits. Zero means none; sizes are in bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    pub memory: i64,
    /// Memory and swap together.
    pub swap: i64,
    pub reservation: i64,
    /// `None` where it is left to the system.
    pub swappiness: Option<i64>,
    pub cpu_shares: i64,
    /// In microseconds.
    pub cpu_period: i64,
    /// In microseconds.
    pub cpu_quota: i64,
    pub cpuset: String,
    pub pids: i64,
    pub shm: i64,
    pub oom_score: i64,
    /// Soft and hard, by the name that a job uses: `nofile`.
    pub ulimits: BTreeMap<String, (i64, i64)>,
}

/// A published port.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Port {
    /// Empty: on all addresses. 4.3.1 says so itself, 5.8.6 says `0.0.0.0`.
    pub host_ip: String,
    pub host: u16,
    pub container: u16,
    pub protocol: String,
}

/// What the process may do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Security {
    pub privileged: bool,
    pub read_only_root: bool,
    /// The bounding set. `CapDrop` would not do: it leaves out what is not among a Podman's own defaults, and 5.8.6
    /// has fewer of them (no AUDIT_WRITE, MKNOD, NET_RAW). The effective set is empty for whoever is not root.
    pub capabilities: BTreeSet<String>,
    pub added: BTreeSet<String>,
    /// `no-new-privileges`, `seccomp=…`, `apparmor=…`, `label=…`, `mask=…`, `unmask=…`.
    pub options: BTreeSet<String>,
    pub apparmor: String,
}

/// `host`, `private`, …; the network's is its mode.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Namespaces {
    pub network: String,
    pub pid: String,
    /// 4.3.1 says `shareable` whatever was asked: there it is `None`.
    pub ipc: Option<String>,
    pub uts: String,
    /// Empty: the server's default, or the host's.
    pub user: String,
    pub cgroup: String,
}

/// Names and addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    /// The networks joined, by name. 5.8.6 shows a network `host` for the host's namespace, which is none.
    pub joined: BTreeMap<String, Joined>,
    pub dns_servers: Vec<String>,
    pub dns_searches: Vec<String>,
    pub dns_options: Vec<String>,
    pub hosts: BTreeSet<String>,
}

/// What a container has in a network. Everything is empty before it starts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Joined {
    /// IPv4 and IPv6, without the empty ones. There is one for each subnet of the network: of several static ones
    /// in one subnet, both Podmans take the first and say nothing about the others.
    pub addresses: BTreeSet<String>,
    pub mac: String,
}

impl Container {
    /// Reads the answer to `GET /v4.0.0/libpod/containers/{id}/json` of a container that was created or started.
    pub fn from_inspect(inspect: &Value) -> Self {
        let (config, host) = (&inspect["Config"], &inspect["HostConfig"]);
        Self {
            name: text(&inspect["Name"]),
            image: text(&inspect["ImageName"]),
            process: process(inspect),
            env: environment(config),
            labels: map(&config["Labels"]),
            annotations: annotations(config),
            mounts: mounts(inspect),
            limits: limits(host),
            ports: ports(&host["PortBindings"]),
            security: Security {
                privileged: truth(&host["Privileged"]),
                read_only_root: truth(&host["ReadonlyRootfs"]),
                capabilities: texts(&inspect["BoundingCaps"]).into_iter().collect(),
                added: texts(&host["CapAdd"]).into_iter().collect(),
                options: texts(&host["SecurityOpt"]).into_iter().collect(),
                apparmor: text(&inspect["AppArmorProfile"]),
            },
            namespaces: namespaces(host),
            network: network(inspect),
            devices: list(&host["Devices"])
                .iter()
                .map(|device| (text(&device["PathInContainer"]), text(&device["PathOnHost"])))
                .collect(),
            log_driver: text(&host["LogConfig"]["Type"]),
            log_path: text(&host["LogConfig"]["Path"]),
            log_tag: text(&host["LogConfig"]["Tag"]),
            cgroup_parent: text(&host["CgroupParent"]),
            running: truth(&inspect["State"]["Running"]),
        }
    }
}

fn process(inspect: &Value) -> Process {
    let (config, host) = (&inspect["Config"], &inspect["HostConfig"]);
    let init = truth(&host["Init"]);
    let mut arguments = vec![text(&inspect["Path"])];
    // For a process of one word, `Args` repeats `Path`. Then `Cmd` or the (joined) entrypoint is all there is.
    let rest = texts(&inspect["Args"]);
    let (entrypoint, command) = (text(&config["Entrypoint"]), texts(&config["Cmd"]));
    let one_word = usize::from(!entrypoint.is_empty()) + command.len() == 1;
    if !(rest == arguments && one_word) {
        arguments.extend(rest);
    }
    if init {
        // `/run/podman-init --` on both.
        arguments.drain(..2);
    }
    let restart = text(&host["RestartPolicy"]["Name"]);
    Process {
        arguments,
        init,
        user: text(&config["User"]),
        groups: texts(&host["GroupAdd"]).into_iter().collect(),
        working_directory: text(&config["WorkingDir"]),
        terminal: truth(&config["Tty"]),
        hostname: text(&config["Hostname"]),
        // A number for the API's prefix v4.0.0, whatever the version.
        stop_signal: number(&config["StopSignal"]),
        stop_timeout: number(&config["StopTimeout"]),
        umask: text(&config["Umask"]),
        timezone: text(&config["Timezone"]),
        // 4.3.1 says nothing where 5.8.6 says `no`.
        restart: if restart == "no" { String::new() } else { restart },
        auto_remove: truth(&host["AutoRemove"]),
    }
}

fn environment(config: &Value) -> BTreeMap<String, String> {
    let all = texts(&config["Env"]);
    let pairs = all.iter().map(|entry| entry.split_once('=').unwrap_or((entry, "")));
    pairs.map(|(name, value)| (name.into(), value.into())).collect()
}

fn annotations(config: &Value) -> BTreeMap<String, String> {
    let mut all = map(&config["Annotations"]);
    let own = [
        "io.podman.",
        "io.container.manager",
        "io.kubernetes.cri-o.",
        "org.opencontainers.image.",
        "org.systemd.",
    ];
    all.retain(|name, _| !own.iter().any(|prefix| name.starts_with(prefix)));
    all
}

fn mounts(inspect: &Value) -> BTreeMap<String, Mount> {
    let listed = list(&inspect["Mounts"]).iter().map(|mount| {
        let kind = text(&mount["Type"]);
        let source = if kind == "volume" { text(&mount["Name"]) } else { text(&mount["Source"]) };
        let value = Mount {
            source,
            read_only: !truth(&mount["RW"]),
            propagation: text(&mount["Propagation"]),
            options: texts(&mount["Options"]).into_iter().collect(),
            kind,
        };
        (text(&mount["Destination"]), value)
    });
    // A tmpfs is not listed; its options stand in a text.
    let tmpfs = map(&inspect["HostConfig"]["Tmpfs"]).into_iter().map(|(destination, options)| {
        let mut mount = Mount { kind: "tmpfs".into(), ..Mount::default() };
        for option in options.split(',') {
            match option {
                "ro" => mount.read_only = true,
                // 4.3.1 writes `rw`, 5.8.6 leaves it out.
                "rw" => {}
                propagation
                    if propagation.ends_with("private")
                        || propagation.ends_with("slave")
                        || propagation.ends_with("shared") =>
                {
                    mount.propagation = propagation.into();
                }
                other => drop(mount.options.insert(other.into())),
            }
        }
        (destination, mount)
    });
    listed.chain(tmpfs).collect()
}

fn limits(host: &Value) -> Limits {
    let ulimits = list(&host["Ulimits"]).iter().map(|limit| {
        let name = text(&limit["Name"]).trim_start_matches("RLIMIT_").to_lowercase();
        (name, (number(&limit["Soft"]), number(&limit["Hard"])))
    });
    Limits {
        memory: number(&host["Memory"]),
        swap: number(&host["MemorySwap"]),
        reservation: number(&host["MemoryReservation"]),
        // -1 where there are other memory limits, 0 where there are none, null in later versions. So a swappiness of
        // 0 that was asked for cannot be told from none where nothing else limits memory.
        swappiness: host["MemorySwappiness"].as_i64().filter(|value| *value >= 0),
        cpu_shares: number(&host["CpuShares"]),
        cpu_period: number(&host["CpuPeriod"]),
        cpu_quota: number(&host["CpuQuota"]),
        cpuset: text(&host["CpusetCpus"]),
        pids: number(&host["PidsLimit"]),
        shm: number(&host["ShmSize"]),
        oom_score: number(&host["OomScoreAdj"]),
        ulimits: ulimits.collect(),
    }
}

fn ports(bindings: &Value) -> BTreeSet<Port> {
    let mut ports = BTreeSet::new();
    for (key, hosts) in bindings.as_object().into_iter().flatten() {
        let (container, protocol) = key.split_once('/').unwrap_or((key, "tcp"));
        for host in list(hosts) {
            let host_ip = text(&host["HostIp"]);
            ports.insert(Port {
                host_ip: if host_ip == "0.0.0.0" { String::new() } else { host_ip },
                host: text(&host["HostPort"]).parse().expect("a port"),
                container: container.parse().expect("a port"),
                protocol: protocol.into(),
            });
        }
    }
    ports
}

fn namespaces(host: &Value) -> Namespaces {
    // A member that 5.x has and 4.3.1 lacks tells them apart.
    let tells_ipc = host.get("AutoRemoveImage").is_some();
    Namespaces {
        network: text(&host["NetworkMode"]),
        pid: text(&host["PidMode"]),
        ipc: tells_ipc.then(|| text(&host["IpcMode"])),
        uts: text(&host["UTSMode"]),
        user: text(&host["UsernsMode"]),
        cgroup: text(&host["CgroupMode"]),
    }
}

fn network(inspect: &Value) -> Network {
    let host = &inspect["HostConfig"];
    let joined =
        inspect["NetworkSettings"]["Networks"].as_object().into_iter().flatten().map(|(name, network)| {
            let mut addresses =
                BTreeSet::from([text(&network["IPAddress"]), text(&network["GlobalIPv6Address"])]);
            for further in ["SecondaryIPAddresses", "SecondaryIPv6Addresses"] {
                addresses.extend(list(&network[further]).iter().map(|address| text(&address["Addr"])));
            }
            addresses.remove("");
            (name.clone(), Joined { addresses, mac: text(&network["MacAddress"]) })
        });
    Network {
        joined: joined.filter(|(name, _)| name != "host").collect(),
        dns_servers: texts(&host["Dns"]),
        dns_searches: texts(&host["DnsSearch"]),
        dns_options: texts(&host["DnsOptions"]),
        hosts: texts(&host["ExtraHosts"]).into_iter().collect(),
    }
}

// Members that are missing or null mean "nothing" everywhere in `inspect`.

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn number(value: &Value) -> i64 {
    // What does not fit is an unsigned "unlimited", which others write as -1.
    value.as_i64().unwrap_or(if value.is_u64() { -1 } else { 0 })
}

fn truth(value: &Value) -> bool {
    value.as_bool().unwrap_or_default()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn texts(value: &Value) -> Vec<String> {
    list(value).iter().map(text).collect()
}

fn map(value: &Value) -> BTreeMap<String, String> {
    value.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), text(value))).collect()
}
