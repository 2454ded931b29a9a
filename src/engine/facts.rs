//! The small types of what a translation may know besides the config. The structs that hold them are generated from
//! `schema/facts.hcl`. All of them can be written down: a bug report is two files.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

pub use crate::config::syntax::podman_version::PodmanVersion;
pub use crate::generated::facts::{HostFacts, NomadTask};

/// Which cgroup hierarchy the host has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CgroupVersion {
    /// One hierarchy a controller.
    V1,
    /// The unified hierarchy.
    #[default]
    V2,
}

/// A mount that Nomad adds: a host volume or a CSI volume.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NomadMount {
    /// Path inside the container.
    pub task_path: String,
    /// Path on the host.
    pub host_path: String,
    /// Mounted read-only.
    pub readonly: bool,
    /// `private`, `host-to-task`, `bidirectional`, or empty.
    pub propagation_mode: String,
    /// SELinux option of the mount (`z`, `Z`), or empty.
    pub selinux_label: String,
}

/// A device that a device plugin reserved.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NomadDevice {
    /// Path inside the container.
    pub task_path: String,
    /// Path on the host.
    pub host_path: String,
    /// Some of `rwm`.
    pub permissions: String,
}

/// Name resolution that the group asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Dns {
    /// Addresses of servers.
    pub servers: Vec<String>,
    /// Search domains.
    pub searches: Vec<String>,
    /// Options of the resolver.
    pub options: Vec<String>,
}

/// A port of the group, as Nomad placed it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NomadPort {
    /// Its label.
    pub label: String,
    /// Port on the host.
    pub value: u32,
    /// Port inside the container; 0 is the same.
    pub to: u32,
    /// Address of the host.
    pub host_ip: String,
}

/// A network of the task's own resources, the old form of ports.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NomadNetwork {
    /// Address of the host.
    pub ip: String,
    /// Fixed ports.
    pub reserved_ports: Vec<NomadPort>,
    /// Ports that Nomad chose.
    pub dynamic_ports: Vec<NomadPort>,
}

impl Default for PodmanVersion {
    /// No version that can do anything: stands only for a constant that cannot be read, which a test rules out.
    fn default() -> Self {
        Self::new(0, 0, 0)
    }
}

/// A constant of the data as its type. Codegen writes only constants that a test has read.
pub(crate) fn constant<T: DeserializeOwned + Default>(json: &str) -> T {
    serde_json::from_str(json).unwrap_or_default()
}
