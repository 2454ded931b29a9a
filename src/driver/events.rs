//! What tasks' users are told while something happens: every stream of `TaskEvents` gets every event.
//! Events while nobody listens are lost, as Nomad's contract has it.

use tokio::sync::broadcast;

use super::moment;
use crate::plugin::generated::driver::DriverTaskEvent;

/// How many events a stream may be behind before it misses some.
const BACKLOG: usize = 1024;

/// The bus.
#[derive(Debug)]
pub struct Events {
    sender: broadcast::Sender<DriverTaskEvent>,
}

/// Whose events they are. Clients route by allocation and task name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ident {
    /// Nomad's ID of this start of the task.
    pub task_id: String,
    /// ID of the allocation.
    pub alloc_id: String,
    /// Name of the task.
    pub task_name: String,
}

impl Default for Events {
    fn default() -> Self {
        Self { sender: broadcast::channel(BACKLOG).0 }
    }
}

impl Events {
    /// Tells everybody who listens.
    pub fn emit(&self, task: &Ident, message: impl Into<String>) {
        // An error means that nobody listens, which is no reason to do anything.
        let _ = self.sender.send(DriverTaskEvent {
            task_id: task.task_id.clone(),
            alloc_id: task.alloc_id.clone(),
            task_name: task.task_name.clone(),
            timestamp: Some(moment::wire(jiff::Timestamp::now())),
            message: message.into(),
            ..DriverTaskEvent::default()
        });
    }

    /// All events from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<DriverTaskEvent> {
        self.sender.subscribe()
    }
}
