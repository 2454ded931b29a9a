//! Nomad's two pipes. Whoever reads them may come later, or go and come back, as when the agent starts anew: what was not
//! written waits. A full pipe is waited for, so that nothing is held in memory.
//!
//! A piece goes into a pipe whole or not at all, for as long as nobody else writes there: then the pipe's time of change,
//! which a write always sets, tells whether it went.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{Timespec, Timestamps, UTIME_OMIT, futimens};
use rustix::param::page_size;
use tokio::net::unix::pipe::{OpenOptions, Sender};
use tokio::time::sleep;
use tracing::warn;

use super::holder::Holder;

/// How often it is tried whether somebody reads.
const AGAIN: Duration = Duration::from_millis(250);

/// What the kernel writes whole or not at all into any pipe that has room for something, in bytes.
const ATOMIC: usize = 4096;

/// How large a pipe is made that is often full, in bytes: the reader then works at the same time. An ordinary user may ask
/// for a mebibyte.
const ROOMY: usize = 256 << 10;

/// The pipes of one task.
#[derive(Debug)]
pub(super) struct Pipes {
    stdout: Pipe,
    stderr: Pipe,
}

/// One of them.
#[derive(Debug)]
pub(super) struct Pipe {
    path: PathBuf,
    name: &'static str,
    open: Option<Open>,
    told: bool,
}

#[derive(Debug)]
struct Open {
    sender: Sender,
    /// How many pages fit.
    pages: usize,
    /// How many may be in use at most; `None` where it is not known.
    used: Option<usize>,
    enlarged: bool,
}

/// What came of a try to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gave {
    /// So many bytes were written.
    Bytes(usize),
    /// There is no room.
    Full,
    /// Nobody reads.
    Nobody,
}

impl Pipes {
    pub(super) fn new(stdout: &Path, stderr: &Path) -> Self {
        let pipe = |path: &Path, name| Pipe { path: path.to_owned(), name, open: None, told: false };
        Self { stdout: pipe(stdout, "stdout"), stderr: pipe(stderr, "stderr") }
    }

    pub(super) fn of(&mut self, stderr: bool) -> &mut Pipe {
        if stderr { &mut self.stderr } else { &mut self.stdout }
    }
}

impl Pipe {
    /// Opens it, if that is still to be done. Whether it was opened just now; `Err` where nobody reads.
    pub(super) fn open(&mut self) -> Result<bool, Gave> {
        if self.open.is_some() {
            return Ok(false);
        }
        match OpenOptions::new().open_sender(&self.path) {
            Ok(sender) => {
                self.told = false;
                self.open = Some(Open::new(sender));
                Ok(true)
            }
            Err(error) => Err(self.lost(&error)),
        }
    }

    /// Whether somebody reads it, as far as can be seen from here.
    pub(super) fn has_reader(&self) -> bool {
        // Opening it for writing is refused where nobody does.
        self.open.is_some() || OpenOptions::new().open_sender(&self.path).is_ok()
    }

    /// Has it kept open while there is no plugin.
    pub(super) fn hold(&self, holder: &mut Holder, place: Option<BorrowedFd<'_>>) {
        if let Some(open) = &self.open {
            holder.hold(&open.sender, place);
        }
    }

    /// How many of so many bytes can be given in one piece.
    pub(super) fn room(&mut self, wanted: usize) -> usize {
        self.open.as_mut().map_or(ATOMIC, |open| open.room(wanted)).min(wanted)
    }

    /// Sets the time of change; whether that can be done.
    pub(super) fn stamp(&self, seconds: i64) -> bool {
        let omit = Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT };
        let times =
            Timestamps { last_access: omit, last_modification: Timespec { tv_sec: seconds, tv_nsec: 0 } };
        self.open.as_ref().is_some_and(|open| futimens(open.sender.as_fd(), &times).is_ok())
    }

    /// Whether nothing was written since that time was set. A pipe that is gone was written to.
    pub(super) fn has_stamp(&self, seconds: i64) -> bool {
        std::fs::metadata(&self.path).is_ok_and(|pipe| (pipe.mtime(), pipe.mtime_nsec()) == (seconds, 0))
    }

    /// Writes a piece.
    pub(super) fn give(&mut self, bytes: &[u8]) -> Gave {
        let Some(open) = &mut self.open else { return Gave::Nobody };
        match open.sender.try_write(bytes) {
            Ok(length) => {
                open.used = open.used.map(|used| used + length.div_ceil(page_size()));
                Gave::Bytes(length)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Gave::Full,
            Err(error) => self.lost(&error),
        }
    }

    /// Waits until it is worth another try.
    pub(super) async fn wait(&mut self) {
        match &self.open {
            Some(open) => {
                if let Err(error) = open.sender.writable().await {
                    self.lost(&error);
                }
            }
            None => sleep(AGAIN).await,
        }
    }

    /// Told once for each time that nobody reads.
    fn lost(&mut self, error: &io::Error) -> Gave {
        self.open = None;
        if !std::mem::replace(&mut self.told, true) {
            let path = self.path.display();
            warn!(%path, %error, "Unable to open {} fifo: it is tried again until somebody reads", self.name);
        }
        Gave::Nobody
    }
}

impl Open {
    fn new(sender: Sender) -> Self {
        let mut open = Self { sender, pages: 1, used: None, enlarged: false };
        open.measure();
        open
    }

    fn measure(&mut self) {
        self.pages =
            rustix::pipe::fcntl_getpipe_size(&self.sender).map_or(1, |size| (size / page_size()).max(1));
    }

    /// What surely fits, or one page that may not.
    fn room(&mut self, wanted: usize) -> usize {
        if rustix::io::ioctl_fionread(&self.sender).is_ok_and(|unread| unread == 0) {
            self.used = Some(0);
        }
        let mut free = self.free();
        if free < wanted && free < self.pages * page_size() && !std::mem::replace(&mut self.enlarged, true) {
            // Refused where the user has too many of them: then it stays as it is.
            let _ = rustix::pipe::fcntl_setpipe_size(&self.sender, ROOMY);
            self.measure();
            free = self.free();
        }
        free.max(ATOMIC)
    }

    fn free(&self) -> usize {
        self.used.map_or(0, |used| self.pages.saturating_sub(used) * page_size())
    }
}
