//! A process of a container, where it can be seen from here: its end as the kernel tells it, at once and without asking
//! anybody, and a signal that never reaches another process that got its number.

use std::io;

use rustix::fd::OwnedFd;
use rustix::process::{Pid, PidfdFlags, Signal, getpgid, kill_process_group, pidfd_open, pidfd_send_signal};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// A process of this host.
#[derive(Debug)]
pub struct Process {
    number: Pid,
    handle: AsyncFd<OwnedFd>,
}

impl Process {
    /// The process of this number, if it can be seen and belongs to the container. Numbers are used again, and a Podman
    /// in a namespace of its own has numbers of its own: so its cgroup has to name the container.
    pub fn of(pid: u32, container_id: &str) -> Option<Self> {
        let number = Pid::from_raw(i32::try_from(pid).ok()?)?;
        let handle = handle(number)?;
        let cgroups = std::fs::read_to_string(format!("/proc/{pid}/cgroup")).ok()?;
        if container_id.is_empty() || !cgroups.contains(container_id) {
            return None;
        }
        Some(Self { number, handle })
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// The runtime is shutting down.
    pub async fn ended(&self) -> io::Result<()> {
        self.handle.readable().await.map(drop)
    }

    /// Kills it and what it started, apart from what made itself independent.
    ///
    /// # Errors
    /// The system refuses. That it has ended is no error.
    pub fn kill(&self) -> io::Result<()> {
        // A runtime makes a command the leader of a session and a group of processes. While its handle has not become
        // readable the process is there, and nobody else can have its number.
        if getpgid(Some(self.number)).is_ok_and(|group| group == self.number) {
            kill_process_group(self.number, Signal::KILL)?;
        }
        match pidfd_send_signal(self.handle.get_ref(), Signal::KILL) {
            Ok(()) | Err(rustix::io::Errno::SRCH) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// The kernel's handle of a process, which becomes readable when that ends; `None` where there is no such process, or no
/// such handles.
pub fn handle(number: Pid) -> Option<AsyncFd<OwnedFd>> {
    let handle = pidfd_open(number, PidfdFlags::NONBLOCK).ok()?;
    #[expect(
        deprecated,
        reason = "the new constructors are unsafe for descriptors that are not owned; this one is"
    )]
    AsyncFd::with_interest(handle, Interest::READABLE).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_process_of_another_cgroup_is_not_taken_for_the_containers() {
        assert!(Process::of(std::process::id(), &"f".repeat(64)).is_none());
        assert!(Process::of(std::process::id(), "").is_none());
        assert!(Process::of(0, "x").is_none());
        assert!(Process::of(u32::MAX, "x").is_none());
    }
}
