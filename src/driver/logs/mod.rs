//! A task's output where the driver itself carries it to Nomad: for the journal. It is read with `journalctl`, whose
//! cursors are exact; how far it was carried is kept in a file, so that another process goes on at the same line. With
//! Podman's default, conmon writes into Nomad's pipe by itself and nothing is to be done.

pub mod cursor;
pub mod entry;
mod journal;
mod pipes;
mod rest;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;
use tracing::{info, warn};

use super::settings::Settings;
use super::task::{Phase, Status};
use crate::plugin::generated::driver::TaskConfig;
use crate::podman::Client;
use cursor::CursorFile;
use pipes::Pipes;

/// How long nothing has to come, after the end of a task, until its output counts as complete.
const QUIET: Duration = Duration::from_secs(2);

/// Whose output, and where it goes.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Podman's ID of the container.
    pub container_id: String,
    /// Nomad's pipe for standard output.
    pub stdout: PathBuf,
    /// Nomad's pipe for standard error.
    pub stderr: PathBuf,
    /// Whether a container without a known place is carried from its beginning. Otherwise somebody else has carried
    /// what is there, and it is carried from now on.
    pub from_beginning: bool,
    /// Where the places are kept.
    pub cursors: PathBuf,
    /// The folder of the journal; the machine's own where none is given.
    pub journal: Option<PathBuf>,
}

impl Facts {
    /// Those of a task whose output goes to the journal; `None` where collecting it is switched off.
    pub fn of(
        task: &TaskConfig,
        container_id: &str,
        from_beginning: bool,
        settings: &Settings,
    ) -> Option<Self> {
        (!settings.plugin.disable_log_collection).then(|| Self {
            container_id: container_id.to_owned(),
            stdout: PathBuf::from(&task.stdout_path),
            stderr: PathBuf::from(&task.stderr_path),
            from_beginning,
            cursors: cursors(),
            journal: None,
        })
    }
}

/// Where places are kept between two processes of the plugin: in memory of the machine, since containers do not outlive
/// its end either.
pub fn cursors() -> PathBuf {
    let root = rustix::process::geteuid().is_root().then(|| PathBuf::from("/run"));
    let own = || std::env::var_os("XDG_RUNTIME_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
    root.unwrap_or_else(own).join("nomad-driver-podman")
}

/// Carries the output until the task has ended, or nobody looks after it any more, and nothing more comes.
pub async fn follow(facts: Facts, podman: Client, status: watch::Receiver<Status>) {
    let carried = AtomicU64::new(0);
    let mut cursor = CursorFile::open(&facts.cursors, &facts.container_id, facts.from_beginning);
    tokio::select! {
        () = carry(&facts, &podman, &mut cursor, &carried) => {}
        () = complete(status, &carried) => {}
    }
    cursor.remove();
}

async fn carry(facts: &Facts, podman: &Client, cursor: &mut CursorFile, carried: &AtomicU64) {
    let mut pipes = Pipes::new(&facts.stdout, &facts.stderr);
    let reason = journal::carry(facts, cursor, &mut pipes, carried).await;
    let container = &facts.container_id;
    info!(container, reason, "journalctl does not read this container's output; Podman is asked for it");
    if let Err(error) = rest::carry(container, cursor, podman, &mut pipes, carried).await {
        warn!(container, %error, "cannot get logs from container");
    }
}

/// Waits for the end of the task, and then for its last output.
async fn complete(mut status: watch::Receiver<Status>, carried: &AtomicU64) {
    // An error means that its supervisor has gone, which comes to the same.
    let _ = status.wait_for(|status| matches!(status.phase, Phase::Ended(_))).await;
    let mut before = None;
    loop {
        let now = carried.load(Ordering::Relaxed);
        if before == Some(now) {
            return;
        }
        before = Some(now);
        sleep(QUIET).await;
    }
}
