//! The end of a container's process as the kernel tells it, where the process can be seen from here: at once, and without
//! asking anybody.

use std::io;

use rustix::fd::OwnedFd;
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// A process of this host.
#[derive(Debug)]
pub struct Process {
    handle: AsyncFd<OwnedFd>,
}

impl Process {
    /// The process of this number, if it can be seen and belongs to the container. Numbers are used again, and a Podman
    /// in a namespace of its own has numbers of its own: so its cgroup has to name the container.
    pub fn of(pid: u32, container_id: &str) -> Option<Self> {
        let number = Pid::from_raw(i32::try_from(pid).ok()?)?;
        let handle = pidfd_open(number, PidfdFlags::NONBLOCK).ok()?;
        let cgroups = std::fs::read_to_string(format!("/proc/{pid}/cgroup")).ok()?;
        if container_id.is_empty() || !cgroups.contains(container_id) {
            return None;
        }
        #[expect(
            deprecated,
            reason = "the new constructors are unsafe for descriptors that are not owned; this one is"
        )]
        let handle = AsyncFd::with_interest(handle, Interest::READABLE).ok()?;
        Some(Self { handle })
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// The runtime is shutting down.
    pub async fn ended(&self) -> io::Result<()> {
        self.handle.readable().await.map(drop)
    }
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
