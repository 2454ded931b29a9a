//! The parts of a SpecGenerator that the OCI types cannot say, and what the data says of its members.
//! The spec itself is generated; mounts and resource limits are `oci_spec`'s own.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

pub use crate::generated::spec::{ContainerSpec, Member};

/// What the data says of a member.
#[derive(Debug)]
pub struct MemberInfo {
    /// Its JSON name, dotted inside objects.
    pub name: &'static str,
    /// Its type in the words of the data.
    pub ty: &'static str,
    /// Its unit.
    pub unit: Option<&'static str>,
    /// First Podman that knows it.
    pub since: Version,
    /// Last Podman that knows it.
    pub until: Option<Version>,
    /// Whether a Podman that does not know it makes the task fail, or only lose something.
    pub lost_is_error: bool,
    /// What it is.
    pub doc: &'static str,
    /// Several rules may add elements.
    pub each: bool,
    /// The rules that own it; none where a declared mapping does.
    pub rules: &'static [&'static str],
}

/// A release line of Podman.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// `5` of 5.4.
    pub major: u64,
    /// `4` of 5.4.
    pub minor: u64,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// A namespace: its mode, and what the mode refers to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Namespace {
    /// `host`, `bridge`, `path`, `container`, …
    pub nsmode: String,
    /// A path, a container's name, options of the mode.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub value: String,
}

impl Namespace {
    /// A mode that refers to nothing.
    pub fn mode(mode: impl Into<String>) -> Self {
        Self { nsmode: mode.into(), value: String::new() }
    }

    /// A mode with what it refers to.
    pub fn with(mode: impl Into<String>, value: impl Into<String>) -> Self {
        Self { nsmode: mode.into(), value: value.into() }
    }
}

/// A device. Podman reads only the path, as `HOST[:CONTAINER][:rwm]` or a CDI name; the OCI type demands a kind that
/// the server looks up itself. The numbers are 0 in what jobs have always sent, and stay so.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// What to make available.
    pub path: String,
    /// 0: the server finds the number.
    #[serde(default)]
    pub major: i64,
    /// 0: the server finds the number.
    #[serde(default)]
    pub minor: i64,
}

impl Device {
    /// A device by its path, or by its CDI name.
    pub fn named(path: impl Into<String>) -> Self {
        Self { path: path.into(), ..Self::default() }
    }
}

/// A limit of the process. Podman takes the bare name (`nofile`), the OCI type only `RLIMIT_NOFILE`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ulimit {
    /// Name without `RLIMIT_`, lower case.
    #[serde(rename = "type")]
    pub name: String,
    /// Soft limit; 2⁶⁴−1 is none.
    pub soft: u64,
    /// Hard limit; 2⁶⁴−1 is none.
    pub hard: u64,
}

/// A published port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortMapping {
    /// Address of the host; empty is all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub host_ip: String,
    /// Port in the container.
    pub container_port: u16,
    /// Port on the host.
    pub host_port: u16,
    /// `tcp` or `udp`.
    pub protocol: String,
}

/// What a container asks of one of its networks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PerNetworkOptions {
    /// Fixed addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub static_ips: Vec<String>,
    /// Fixed hardware address, `aa:bb:cc:dd:ee:ff`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub static_mac: Option<String>,
}

/// Where the container's output goes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogConfiguration {
    /// Podman's log driver: `k8s-file`, `journald`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub driver: Option<String>,
    /// File or pipe that the log is written to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// How long the file may get, in bytes, before Podman begins it anew. Unset: what the host's containers.conf says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<i64>,
    /// Options of the driver.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
}

/// How IDs of the container become IDs of the host. Names are Go's, as Podman reads them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct IdMappings {
    /// Share the host's user IDs.
    #[serde(rename = "HostUIDMapping")]
    pub host_uid_mapping: bool,
    /// Share the host's group IDs.
    #[serde(rename = "HostGIDMapping")]
    pub host_gid_mapping: bool,
    /// Ranges of user IDs.
    #[serde(rename = "UIDMap")]
    pub uid_map: Option<Vec<IdMap>>,
    /// Ranges of group IDs.
    #[serde(rename = "GIDMap")]
    pub gid_map: Option<Vec<IdMap>>,
    /// Let Podman choose a range.
    pub auto_user_ns: bool,
    /// What to choose by.
    pub auto_user_ns_opts: AutoUserNamespace,
}

/// One range of IDs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdMap {
    /// First ID inside.
    pub container_id: i64,
    /// First ID outside.
    pub host_id: i64,
    /// How many.
    pub size: u32,
}

/// How Podman chooses a range of IDs by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AutoUserNamespace {
    /// How many IDs; 0 is as many as the image needs.
    pub size: u32,
    /// Where to begin guessing.
    pub initial_size: u32,
    /// A passwd file to read the highest user from.
    pub passwd_file: String,
    /// A group file likewise.
    pub group_file: String,
    /// User IDs to map as well.
    #[serde(rename = "AdditionalUIDMappings")]
    pub additional_uid_mappings: Option<Vec<IdMap>>,
    /// Group IDs to map as well.
    #[serde(rename = "AdditionalGIDMappings")]
    pub additional_gid_mappings: Option<Vec<IdMap>>,
}
