//! A process of a container, where it can be seen from here: its end as the kernel tells it, at once and without asking
//! anybody, and a signal that never reaches another process that got its number.

use std::fs::File;
use std::io::{self, Read};

use rustix::fd::OwnedFd;
use rustix::io::Errno;
use rustix::process::{
    Pid, PidfdFlags, Signal, getpgid, kill_process_group, pidfd_open, pidfd_send_signal, test_kill_process,
};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// Bytes that a process's list of cgroups usually does not fill, so that it is read at once.
const USUAL_CGROUPS: usize = 2048;

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
        let number = number(pid)?;
        // First of all: from here on it is known when the number is another process's.
        let handle = pidfd_open(number, PidfdFlags::NONBLOCK).ok()?;
        if container_id.is_empty() || !cgroups_of(pid)?.contains(container_id) {
            return None;
        }
        Some(Self { number, handle: awaited(handle)? })
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
            Ok(()) | Err(Errno::SRCH) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Whether there is a process of this number, whoever's it is.
pub fn exists(pid: u32) -> bool {
    number(pid).is_some_and(|number| !matches!(test_kill_process(number), Err(Errno::SRCH)))
}

fn number(pid: u32) -> Option<Pid> {
    i32::try_from(pid).ok().and_then(Pid::from_raw)
}

/// The cgroups of a process, as its file has them.
fn cgroups_of(pid: u32) -> Option<String> {
    let mut text = String::with_capacity(USUAL_CGROUPS);
    File::open(format!("/proc/{pid}/cgroup")).ok()?.read_to_string(&mut text).ok()?;
    Some(text)
}

/// The kernel's handle of a process, which becomes readable when that ends; `None` where there is no such process, or no
/// such handles.
pub fn handle(number: Pid) -> Option<AsyncFd<OwnedFd>> {
    awaited(pidfd_open(number, PidfdFlags::NONBLOCK).ok()?)
}

fn awaited(handle: OwnedFd) -> Option<AsyncFd<OwnedFd>> {
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
