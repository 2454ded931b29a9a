//! The state of a task that a client keeps for us: read and written in the form of the Go driver, so that each driver
//! takes up what the other one started. Of our own are a version and, where there is
//! one, the file of the output, in keys that the Go driver passes over.
//! Passwords are left empty; what to do with a container is `recover`'s.

mod form;
mod wire;

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use podman_driver_engine::config::TaskConfig;

use super::errors::Failure;
use crate::plugin::generated::driver as proto;

/// The version of a handle that both drivers write; 0 means state of a Nomad before 0.9.
pub const HANDLE_VERSION: i32 = 1;
/// The version of what we write into the state. A higher one is read as far as it is understood.
pub const STATE_VERSION: u64 = 1;

/// What a client keeps of a task.
#[derive(Clone, PartialEq)]
pub struct State {
    /// The task's `config` block. Its socket says where the container is.
    pub task_config: TaskConfig,
    /// Podman's ID of the container.
    pub container_id: String,
    /// When the container started, as the driver saw it; the year 1 where nothing is said.
    pub started_at: Timestamp,
    /// Where the task can be reached.
    pub net: Option<DriverNet>,
    /// Whether the driver itself carries the output to Nomad: it does for journald and for `logging.split`.
    pub log_streamer: bool,
    /// The file that it carries the output from, for `logging.split`. The Go driver passes over it, and asks Podman.
    pub log_file: Option<String>,
    /// The version of our own writer; `None` means that the Go driver wrote it.
    pub version: Option<u64>,
}

/// Where a task can be reached, as it is told to the client at its start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DriverNet {
    /// The job's `port_map`: ports inside the container by label.
    pub port_map: BTreeMap<String, i64>,
    /// The container's address; empty where it has none of its own.
    pub ip: String,
    /// Whether services are advertised at that address.
    pub auto_advertise: bool,
}

impl fmt::Debug for State {
    /// The config is left out: it may hold a password that the Go driver kept.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("container_id", &self.container_id)
            .field("started_at", &self.started_at)
            .field("net", &self.net)
            .field("log_streamer", &self.log_streamer)
            .field("log_file", &self.log_file)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// The bytes for the client.
pub fn encode(state: &State) -> Vec<u8> {
    form::write(state)
}

/// Reads what we or the Go driver wrote, in any version: texts and numbers in any width, unknown keys are passed over,
/// and a task without `socket` is on the default one.
///
/// # Errors
/// `failed to decode task state from handle: …`: the bytes are no such state, or say nothing of the config or the
/// container.
pub fn decode(bytes: &[u8]) -> Result<State, Failure> {
    wire::read(bytes)
        .map_err(|reason| Failure::new(format!("failed to decode task state from handle: {reason}")))
}

/// The handle of a task that has just started: the request comes back in full, since a client recovers from that.
pub fn of(task: proto::TaskConfig, state: &State) -> proto::TaskHandle {
    proto::TaskHandle {
        version: HANDLE_VERSION,
        config: Some(task),
        state: proto::TaskState::Running.into(),
        driver_state: encode(state).into(),
    }
}
