//! Nomad's two pipes. Whoever reads them may come later, or go and come back, as when the agent starts anew: what was not
//! written waits. A full pipe is waited for, so that nothing is held in memory.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::net::unix::pipe::{OpenOptions, Sender};
use tokio::time::sleep;
use tracing::warn;

/// How often it is tried whether somebody reads.
const AGAIN: Duration = Duration::from_millis(250);

/// The pipes of one task.
#[derive(Debug)]
pub(super) struct Pipes {
    stdout: Pipe,
    stderr: Pipe,
}

#[derive(Debug)]
struct Pipe {
    path: PathBuf,
    name: &'static str,
    sender: Option<Sender>,
    told: bool,
}

impl Pipes {
    pub(super) fn new(stdout: &Path, stderr: &Path) -> Self {
        let pipe = |path: &Path, name| Pipe { path: path.to_owned(), name, sender: None, told: false };
        Self { stdout: pipe(stdout, "stdout"), stderr: pipe(stderr, "stderr") }
    }

    /// Writes at least one of these bytes, however long that takes, and gives their number.
    pub(super) async fn write_some(&mut self, stderr: bool, bytes: &[u8]) -> usize {
        if stderr { self.stderr.write_some(bytes).await } else { self.stdout.write_some(bytes).await }
    }

    /// Writes all of them.
    pub(super) async fn write(&mut self, stderr: bool, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let written = self.write_some(stderr, bytes).await;
            bytes = bytes.get(written..).unwrap_or_default();
        }
    }
}

impl Pipe {
    async fn write_some(&mut self, bytes: &[u8]) -> usize {
        loop {
            let written = match &self.sender {
                Some(sender) => ready(sender, bytes).await,
                None => OpenOptions::new().open_sender(&self.path).map(|sender| {
                    (self.sender, self.told) = (Some(sender), false);
                    0
                }),
            };
            match written {
                Ok(0) => {}
                Ok(written) => return written,
                Err(error) => {
                    self.sender = None;
                    self.tell(&error);
                    sleep(AGAIN).await;
                }
            }
        }
    }

    /// Once for each time that nobody reads.
    fn tell(&mut self, error: &io::Error) {
        if !std::mem::replace(&mut self.told, true) {
            let path = self.path.display();
            warn!(%path, %error, "Unable to open {} fifo: it is tried again until somebody reads", self.name);
        }
    }
}

async fn ready(sender: &Sender, bytes: &[u8]) -> io::Result<usize> {
    loop {
        sender.writable().await?;
        match sender.try_write(bytes) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            written => return written,
        }
    }
}
