//! A task as the services see it: what does not change, its state, and the way to its supervisor.
//! What happens next to it is decided by the engine's `lifecycle` and done by the supervisor.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
pub use podman_driver_engine::lifecycle::Exit;
use podman_driver_engine::lifecycle::{Command, CommandId};
use tokio::sync::{mpsc, oneshot, watch};

use super::errors::Failure;
use super::events::Ident;
use super::image::gc::Use;
use super::logs::Progress;
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
    /// Keeps its image from being removed. `None` where Podman could not be asked which one that is.
    pub image: Option<Use>,
    /// How far its output was carried, where the driver does that.
    pub output: Option<Progress>,
    /// Its state, as the supervisor tells it.
    pub status: watch::Receiver<Status>,
    pub(super) commands: mpsc::Sender<Asked>,
}

/// A command on its way to the supervisor, and where its answer goes.
pub(super) type Asked = (Command, oneshot::Sender<Result<(), String>>);

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

/// Numbers the commands of one supervisor.
#[derive(Debug, Default)]
pub(super) struct Numbers(CommandId);

impl Numbers {
    pub(super) fn next(&mut self) -> CommandId {
        self.0 = self.0.wrapping_add(1);
        self.0
    }
}

impl Task {
    /// Waits until the task has ended, how is known, and its output is carried as far as somebody reads it: a client stops
    /// to read when it knows of the end. Any number may wait, and stop waiting.
    pub async fn wait(&self) -> Exit {
        let exit = self.exit().await;
        if let Some(output) = &self.output {
            output.settled().await;
        }
        exit
    }

    async fn exit(&self) -> Exit {
        let mut status = self.status.clone();
        loop {
            if let Phase::Ended(exit) = &status.borrow_and_update().phase {
                return exit.clone();
            }
            if status.changed().await.is_err() {
                // A supervisor tells an end before it goes. This one did not, which its own log explains.
                let error = "the driver lost the task by a defect of its own".to_owned();
                return match &status.borrow().phase {
                    Phase::Ended(exit) => exit.clone(),
                    Phase::Running | Phase::Unknown => Exit { error, ..Exit::default() },
                };
            }
        }
    }

    /// Ends the task: by a signal (its container's own where none is given), and by SIGKILL after a time.
    ///
    /// # Errors
    /// The signal is none, or it did not end in time.
    pub async fn stop(&self, signal: Option<String>, timeout: Duration) -> Result<(), Failure> {
        self.ask(Command::Stop { signal, timeout }).await
    }

    /// Forgets the task and removes its container.
    ///
    /// # Errors
    /// It runs, and `force` is not given.
    pub async fn destroy(&self, force: bool) -> Result<(), Failure> {
        self.ask(Command::Destroy { force }).await
    }

    /// Sends a signal to the container's first process.
    ///
    /// # Errors
    /// The signal is none, the task has ended, or Podman refuses.
    pub async fn signal(&self, signal: String) -> Result<(), Failure> {
        self.ask(Command::Signal { signal }).await
    }

    async fn ask(&self, command: Command) -> Result<(), Failure> {
        let (reply, answer) = oneshot::channel();
        // Whose supervisor has gone has been destroyed in the meantime.
        self.commands.send((command, reply)).await.map_err(|_| Failure::task_not_found())?;
        // A supervisor answers everybody before it goes.
        let defect = |_| Failure::new("the driver met a defect while it did this, and its log says where");
        answer.await.map_err(defect)?.map_err(Failure::new)
    }
}
