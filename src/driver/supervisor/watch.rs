//! Signs that a container may have ended: its process, Podman's events, or, where there are none, an answer of Podman's
//! own. A sign says "look"; how it ended is asked for afterwards.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use podman_driver_engine::lifecycle::Event;
use tokio::time::{Instant, sleep_until};

use crate::driver::process::{self, Process};
use crate::driver::socket::{ExitNotice, Socket, ToldEnd};

/// How long it takes until Podman is waited for again when it says that a container has ended which has not.
const WAIT_AGAIN: Duration = Duration::from_secs(1);

/// Who watches one container.
pub(super) struct Watch {
    socket: Arc<Socket>,
    container_id: String,
    notice: ExitNotice,
    process: Option<Process>,
    pid: Option<u32>,
    not_before: Instant,
}

impl Watch {
    /// `notice`: news of the container from an earlier moment on.
    pub(super) fn new(socket: Arc<Socket>, container_id: &str, notice: Option<ExitNotice>) -> Self {
        let notice = notice.unwrap_or_else(|| socket.exits(container_id));
        let container_id = container_id.to_owned();
        Self { socket, container_id, notice, process: None, pid: None, not_before: Instant::now() }
    }

    /// Watches this process as well, if it is not watched already and can be seen. Whether it is a new one.
    pub(super) fn take_up(&mut self, pid: Option<u32>) -> bool {
        if self.pid == pid || pid.is_none() {
            return false;
        }
        self.pid = pid;
        self.process = pid.and_then(|pid| Process::of(pid, &self.container_id));
        true
    }

    /// Whether there is no process of its number here: it has ended, or it is none of this host.
    pub(super) fn is_gone(&self) -> bool {
        self.pid.is_none_or(|pid| self.process.is_none() && !process::exists(pid))
    }

    /// The process that was seen ending.
    pub(super) fn dead(&self) -> Option<u32> {
        self.pid.filter(|_| self.process.is_none())
    }

    /// The end of the container's run since then that Podman told. A process that is seen is not dead, whatever is told.
    pub(super) fn told(&self, since: Option<Timestamp>) -> Option<ToldEnd> {
        if self.process.is_some() { None } else { self.notice.end(since) }
    }

    /// The next sign. It may be dropped while it waits.
    pub(super) async fn news(&mut self) -> Event {
        let Some(process) = &self.process else { return self.notice().await };
        tokio::select! {
            ended = process.ended() => {
                self.process = None;
                if ended.is_ok() { Event::ProcessEnded } else { Event::LookAgain }
            }
            () = self.notice.changed() => Event::LookAgain,
        }
    }

    async fn notice(&mut self) -> Event {
        if !self.socket.is_without_events() {
            self.notice.changed().await;
            return Event::LookAgain;
        }
        // Boxed, so that it costs nothing where there are events.
        let waited = Box::pin(async {
            sleep_until(self.not_before).await;
            self.socket.podman.wait_container(&self.container_id).await
        });
        tokio::select! {
            () = self.notice.changed() => {}
            // Whatever it says, and why it says nothing: looking tells more.
            _ = waited => self.not_before = Instant::now() + WAIT_AGAIN,
        }
        Event::LookAgain
    }
}
