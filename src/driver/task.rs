//! A task as the services see it: what does not change, its state, and the way to its supervisor.
//! What happens next to it is decided by the engine's `lifecycle` and done by the supervisor.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::watch;

use super::events::Ident;
use super::socket::Socket;

/// A task that has started, or was recovered.
#[derive(Debug)]
pub struct Task {
    /// Whose it is.
    pub ident: Ident,
    /// Podman's ID of its container.
    pub container_id: String,
    /// Where the container is.
    pub socket: Arc<Socket>,
    /// Its state, as the supervisor tells it.
    pub status: watch::Receiver<Status>,
}

/// The state of a task at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Where it stands.
    pub phase: Phase,
    /// When the container's process started.
    pub started_at: Option<Timestamp>,
    /// Host's ID of the container's first process, while it runs and Podman says so.
    pub pid: Option<u32>,
    /// The container's cgroup below the hierarchy's mount, while it runs and Podman says so.
    pub cgroup_path: Option<String>,
}

/// Where a task stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// It runs, or is being stopped.
    Running,
    /// It has ended, and how is known.
    Ended(Exit),
    /// Podman cannot say; it may still run.
    Unknown,
}

/// How a task ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exit {
    /// The exit code; 128 and more for a signal, as Podman has it.
    pub code: i32,
    /// Whether it was killed for want of memory.
    pub oom_killed: bool,
    /// Why it counts as failed whatever its code says; empty without a reason.
    pub error: String,
    /// When it ended.
    pub completed_at: Option<Timestamp>,
}
