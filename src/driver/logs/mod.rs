//! A task's output where the driver itself carries it to Nomad: from the journal, which is read with `journalctl`, or, for
//! `logging.split`, from a file that Podman writes. How far it was carried is kept, so that another process goes on at
//! the same byte. With Podman's default, conmon writes into Nomad's pipe by itself and nothing is to be done.

mod carrier;
pub mod cursor;
pub mod entry;
pub mod holder;
mod journal;
mod pipes;
mod progress;
mod rest;
pub mod split;

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;
use tracing::{info, warn};

use super::settings::Settings;
use super::task::{Phase, Status};
use crate::plugin::generated::driver::TaskConfig;
use crate::podman::Client;
use carrier::Carrier;
use cursor::Place;
pub use progress::Progress;

/// How long nothing has to come from the journal, after the end of a task, until its output counts as complete.
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
    /// Where it comes from.
    pub source: Source,
    /// What keeps the pipes open while there is no plugin.
    pub holder: holder::Program,
}

/// Where a task's output comes from.
#[derive(Debug, Clone)]
pub enum Source {
    /// The host's journal.
    Journal {
        /// Whether a container without a known place is carried from its beginning. Otherwise somebody else has carried
        /// what is there, and it is carried from now on.
        from_beginning: bool,
        /// Where the places are kept.
        cursors: PathBuf,
        /// The folder of the journal; the machine's own where none is given.
        folder: Option<PathBuf>,
    },
    /// A file that Podman writes, of which nobody else carries anything.
    File(PathBuf),
}

impl Facts {
    /// Those of a task: `file` is the one that Podman writes its output to, if there is one, and without one it comes from
    /// the journal. `None` where collecting is switched off.
    pub fn of(
        task: &TaskConfig,
        container_id: &str,
        file: Option<&str>,
        from_beginning: bool,
        settings: &Settings,
    ) -> Option<Self> {
        let source = match file {
            Some(file) => Source::File(PathBuf::from(file)),
            None => Source::Journal { from_beginning, cursors: cursors(), folder: None },
        };
        (!settings.plugin.disable_log_collection).then(|| Self {
            container_id: container_id.to_owned(),
            stdout: PathBuf::from(&task.stdout_path),
            stderr: PathBuf::from(&task.stderr_path),
            source,
            holder: holder::Program::own(cursors()),
        })
    }

    /// What gives the output to the pipes, from the place that this file keeps.
    fn carrier(&self, cursor: &Path, fresh: Place) -> Carrier {
        Carrier::new(&self.stdout, &self.stderr, cursor, fresh, &self.holder)
    }
}

/// Where places in the journal are kept between two processes of the plugin: in memory of the machine, since containers do
/// not outlive its end either.
pub fn cursors() -> PathBuf {
    let root = rustix::process::geteuid().is_root().then(|| PathBuf::from("/run"));
    let own = || std::env::var_os("XDG_RUNTIME_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
    root.unwrap_or_else(own).join("nomad-driver-podman")
}

/// Carries the output until the task has ended, or nobody looks after it any more, and nothing more comes.
pub async fn follow(facts: Facts, podman: Client, status: watch::Receiver<Status>, progress: Progress) {
    match &facts.source {
        Source::File(path) => split::follow(&facts, path, status, &progress).await,
        Source::Journal { from_beginning, cursors, folder } => {
            let fresh = match from_beginning {
                true => Place::Beginning,
                false => Place::Since(jiff::Timestamp::now().as_microsecond()),
            };
            let mut carrier = carrier(&facts, cursors, fresh);
            tokio::select! {
                () = carry(&facts, folder.as_deref(), &podman, &mut carrier, &progress) => {}
                () = complete(status, &progress) => {}
            }
            // It may wait a little.
            let _ = tokio::task::spawn_blocking(move || carrier.finish(false)).await;
        }
    }
    progress.finished();
}

fn carrier(facts: &Facts, cursors: &Path, fresh: Place) -> Carrier {
    // Where it cannot be made, the place cannot be kept, which is told then.
    let _ = DirBuilder::new().recursive(true).mode(0o700).create(cursors);
    facts.carrier(&cursors.join(format!("{}.cursor", facts.container_id)), fresh)
}

async fn carry(
    facts: &Facts,
    folder: Option<&Path>,
    podman: &Client,
    carrier: &mut Carrier,
    progress: &Progress,
) {
    let reason = journal::carry(facts, folder, carrier, progress).await;
    let container = &facts.container_id;
    info!(container, reason, "journalctl does not read this container's output; Podman is asked for it");
    if let Err(error) = rest::carry(container, carrier, podman, progress).await {
        warn!(container, %error, "cannot get logs from container");
    }
}

/// Waits for the end of the task, and then for its last output.
async fn complete(mut status: watch::Receiver<Status>, progress: &Progress) {
    // An error means that its supervisor has gone, which comes to the same.
    let _ = status.wait_for(|status| matches!(status.phase, Phase::Ended(_))).await;
    let mut before = None;
    loop {
        let now = progress.given();
        if before == Some(now) {
            return;
        }
        before = Some(now);
        sleep(QUIET).await;
    }
}
