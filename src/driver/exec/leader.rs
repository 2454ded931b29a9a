//! The first process of a command, as the host sees it. It is held by a handle of the kernel, so that what is killed is
//! never another process that got its ID.

use std::io;

use rustix::process::{Pid, PidfdFlags, Signal, getpgid, kill_process_group, pidfd_open, pidfd_send_signal};
use tokio::net::unix::pipe::Receiver;

/// A process of a container.
#[derive(Debug)]
pub(super) struct Leader {
    pid: Pid,
    /// The kernel's handle of it, which becomes readable as it ends. That is all that it has in common with a pipe, and
    /// all that tokio's type for pipes is used for here.
    handle: Receiver,
}

impl Leader {
    /// The process that Podman says has this ID; `None` if this process cannot see it, or sees another one under that ID.
    pub(super) fn find(pid: u32, container_id: &str) -> Option<Self> {
        let pid = Pid::from_raw(i32::try_from(pid).ok()?)?;
        let handle = pidfd_open(pid, PidfdFlags::NONBLOCK).ok()?;
        // Podman may count in another namespace. A process in the container's control group is one of the container.
        let groups = std::fs::read_to_string(format!("/proc/{pid}/cgroup")).ok()?;
        let handle = Receiver::from_owned_fd_unchecked(handle).ok()?;
        groups.contains(container_id).then_some(Self { pid, handle })
    }

    /// Waits for its end.
    pub(super) async fn ended(&self) -> io::Result<()> {
        self.handle.readable().await
    }

    /// Kills it and what it started, apart from what made itself independent.
    pub(super) fn kill(&self) -> io::Result<()> {
        // A runtime makes the command the leader of a session and a group of processes. While its handle has not become
        // readable the process is there, and nobody else can have its ID.
        if getpgid(Some(self.pid)).is_ok_and(|group| group == self.pid) {
            kill_process_group(self.pid, Signal::KILL)?;
        }
        match pidfd_send_signal(&self.handle, Signal::KILL) {
            Ok(()) | Err(rustix::io::Errno::SRCH) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
