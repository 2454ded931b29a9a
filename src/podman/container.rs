//! A container as `inspect` shows it, as far as somebody uses it. Decoding is lenient: the shapes of five years of
//! Podman are read, what is missing is absent, and what is unknown is passed over.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::lenient::{lenient, list, map, text, time};

/// A container.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Container {
    /// Its ID: 64 hexadecimal digits.
    #[serde(deserialize_with = "lenient")]
    pub id: String,
    /// Its name, without a slash.
    #[serde(deserialize_with = "lenient")]
    pub name: String,
    /// When it was made.
    #[serde(deserialize_with = "time")]
    pub created: Option<Timestamp>,
    /// ID of its image.
    #[serde(deserialize_with = "lenient")]
    pub image: String,
    /// Name of its image.
    #[serde(deserialize_with = "lenient")]
    pub image_name: String,
    /// Where it stands.
    #[serde(deserialize_with = "lenient")]
    pub state: State,
    /// What it was made with.
    #[serde(deserialize_with = "lenient")]
    pub config: Config,
    /// What it was made with, of the host.
    #[serde(deserialize_with = "lenient")]
    pub host_config: HostConfig,
    /// Its addresses.
    #[serde(rename = "NetworkSettings", deserialize_with = "lenient")]
    pub network: NetworkSettings,
    /// Its OCI config, a file in its bundle.
    #[serde(rename = "OCIConfigPath", deserialize_with = "lenient")]
    pub oci_config_path: String,
    /// How often Podman itself started it again.
    #[serde(deserialize_with = "lenient")]
    pub restart_count: u32,
    /// What is mounted in it.
    #[serde(deserialize_with = "list")]
    pub mounts: Vec<Mounted>,
}

/// Something that is mounted in a container.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Mounted {
    /// `bind`, `volume`, `image`, …
    #[serde(rename = "Type", deserialize_with = "lenient")]
    pub kind: String,
    /// Where it comes from: of an image, its name or ID, as whoever made the container wrote it.
    #[serde(deserialize_with = "lenient")]
    pub source: String,
}

/// Where a container stands.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct State {
    /// Podman's word for it.
    #[serde(deserialize_with = "status")]
    pub status: Status,
    /// Whether its process runs; not while it is paused.
    #[serde(deserialize_with = "lenient")]
    pub running: bool,
    /// The host's ID of its first process, while there is one.
    #[serde(deserialize_with = "process")]
    pub pid: Option<u32>,
    /// The exit code, once it has ended; 128 and more for a signal.
    #[serde(deserialize_with = "lenient")]
    pub exit_code: i32,
    /// Podman's own words about what went wrong with it; mostly empty.
    #[serde(deserialize_with = "lenient")]
    pub error: String,
    /// Whether it was killed for want of memory, as far as conmon noticed.
    #[serde(rename = "OOMKilled", deserialize_with = "lenient")]
    pub oom_killed: bool,
    /// When its process started.
    #[serde(deserialize_with = "time")]
    pub started_at: Option<Timestamp>,
    /// When its process ended.
    #[serde(deserialize_with = "time")]
    pub finished_at: Option<Timestamp>,
    /// Its cgroup below the mount of the hierarchy, while it runs.
    #[serde(deserialize_with = "text")]
    pub cgroup_path: Option<String>,
}

/// What a container was made with.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Config {
    /// The signal that asks it to end: a name, or a number as text.
    #[serde(deserialize_with = "signal")]
    pub stop_signal: Option<String>,
    /// Annotations.
    #[serde(deserialize_with = "map")]
    pub annotations: BTreeMap<String, String>,
    /// Labels.
    #[serde(deserialize_with = "map")]
    pub labels: BTreeMap<String, String>,
    /// Whether it has a terminal.
    #[serde(deserialize_with = "lenient")]
    pub tty: bool,
}

/// What a container was made with, of the host.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct HostConfig {
    /// Whose network it uses.
    #[serde(deserialize_with = "lenient")]
    pub network_mode: String,
    /// Where its output goes.
    #[serde(deserialize_with = "lenient")]
    pub log_config: LogConfig,
    /// Who made its cgroup.
    #[serde(deserialize_with = "lenient")]
    pub cgroup_manager: String,
}

/// Where a container's output goes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct LogConfig {
    /// The log driver.
    #[serde(rename = "Type", deserialize_with = "lenient")]
    pub driver: String,
    /// The file or pipe, where it is one.
    #[serde(deserialize_with = "text")]
    pub path: Option<String>,
}

/// A container's addresses.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct NetworkSettings {
    /// IPv4 address, where there is one network.
    #[serde(rename = "IPAddress", deserialize_with = "text")]
    pub ip: Option<String>,
    /// IPv6 address, where there is one network.
    #[serde(rename = "GlobalIPv6Address", deserialize_with = "text")]
    pub ipv6: Option<String>,
    /// All networks by name.
    #[serde(deserialize_with = "map")]
    pub networks: BTreeMap<String, Endpoint>,
}

/// A container's addresses in one network.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Endpoint {
    /// IPv4 address.
    #[serde(rename = "IPAddress", deserialize_with = "text")]
    pub ip: Option<String>,
    /// IPv6 address.
    #[serde(rename = "GlobalIPv6Address", deserialize_with = "text")]
    pub ipv6: Option<String>,
}

/// Podman's words for where a container stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// Made, and never started.
    Created,
    /// Set up, and its process not started.
    Initialized,
    /// Its process runs.
    Running,
    /// Its process was asked to end.
    Stopping,
    /// Its process has ended, and Podman has not cleaned up yet.
    Stopped,
    /// Its process has ended.
    Exited,
    /// Its process is frozen.
    Paused,
    /// It is being removed.
    Removing,
    /// Another word.
    Other(String),
    /// Podman does not say.
    #[default]
    Unknown,
}

impl Status {
    /// Whether the process has ended and its exit code is known.
    pub fn has_ended(&self) -> bool {
        matches!(self, Status::Stopped | Status::Exited)
    }

    fn of(word: &str) -> Self {
        match word {
            "created" | "configured" => Status::Created,
            "initialized" => Status::Initialized,
            "running" => Status::Running,
            "stopping" => Status::Stopping,
            "stopped" => Status::Stopped,
            "exited" => Status::Exited,
            "paused" => Status::Paused,
            "removing" => Status::Removing,
            "" | "unknown" => Status::Unknown,
            other => Status::Other(other.to_owned()),
        }
    }
}

fn status<'de, D: Deserializer<'de>>(from: D) -> Result<Status, D::Error> {
    Ok(Status::of(&lenient::<D, String>(from)?))
}

fn process<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
    Ok(Some(lenient::<D, u32>(from)?).filter(|pid| *pid > 0))
}

/// A number up to Podman 4, a name since.
fn signal<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(match lenient::<D, Value>(from)? {
        Value::Number(number) => {
            number.as_u64().filter(|number| *number > 0).map(|number| number.to_string())
        }
        Value::String(name) => Some(name).filter(|name| !name.is_empty()),
        _ => None,
    })
}

#[cfg(test)]
#[path = "container_tests.rs"]
mod tests;
