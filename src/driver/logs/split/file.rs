//! The file that Podman writes a task's output to: made before the container is, read while it grows, and freed from the
//! front, so that on disk there is only what was not carried yet.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FallocateFlags, OFlags, fallocate};
use tracing::warn;

use crate::driver::errors::Failure;
use crate::driver::fifo;

/// How much is freed at once, in bytes.
const FREE_AT_ONCE: u64 = 1 << 20;

/// Where the place of a file's reader is kept.
pub fn cursor_of(log: &Path) -> PathBuf {
    log.with_extension("cursor")
}

/// Makes the file anew, for a container that does not exist yet. `socket` is Podman's: a rootless one gets the file.
///
/// # Errors
/// The task's folder is not there or cannot be written to.
pub fn make(log: &Path, socket: Option<&Path>) -> Result<(), Failure> {
    let made = || -> io::Result<()> {
        // What an earlier container of the task left is carried by whoever has it open.
        for old in [log.to_owned(), cursor_of(log)] {
            match std::fs::remove_file(old) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(log).map(drop)
    };
    made().map_err(|error| {
        let log = log.to_string_lossy();
        Failure::new(format!(
            "failed to make the file {log:?} for the task's output, which `logging.split` asks for: {error}"
        ))
    })?;
    socket.map_or(Ok(()), |socket| fifo::give_file_to_owner(socket, log))
}

/// The file, open for its reader.
#[derive(Debug)]
pub(super) struct Log {
    file: File,
    path: PathBuf,
    /// What lies before this takes no space any more.
    freed: u64,
    /// Whether the file system can free space in a file.
    frees: bool,
}

impl Log {
    /// # Errors
    /// It is not there, or it is something else than a file: links are not followed.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).custom_flags(flags.bits().cast_signed()).open(path)?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::other("it is no file"));
        }
        Ok(Self { file, path: path.to_owned(), freed: 0, frees: true })
    }

    /// Reads from this place on; 0 bytes at the end.
    pub(super) fn read(&self, into: &mut [u8], offset: u64) -> io::Result<usize> {
        self.file.read_at(into, offset)
    }

    /// Where there is something to read from here on: what was freed is passed over.
    pub(super) fn data(&self, offset: u64) -> u64 {
        rustix::fs::seek(&self.file, rustix::fs::SeekFrom::Data(offset)).unwrap_or(offset)
    }

    /// Gives the space back of what lies before this place, from time to time.
    pub(super) fn free_before(&mut self, place: u64) {
        if !self.frees || place < self.freed + FREE_AT_ONCE {
            return;
        }
        let end = place - place % FREE_AT_ONCE;
        let flags = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
        match fallocate(self.file.as_fd(), flags, self.freed, end - self.freed) {
            Ok(()) => self.freed = end,
            Err(error) => {
                self.frees = false;
                let path = self.path.display();
                warn!(%path, %error, "the file of a task's output grows until the task ends: its file system frees no parts of files");
            }
        }
    }

    /// Takes the file away, unless there is another one under its name already.
    pub(super) fn remove(self) -> bool {
        let ours = |file: &std::fs::Metadata, path: &std::fs::Metadata| {
            (file.dev(), file.ino()) == (path.dev(), path.ino())
        };
        match (self.file.metadata(), std::fs::symlink_metadata(&self.path)) {
            (Ok(file), Ok(path)) if ours(&file, &path) => std::fs::remove_file(&self.path).is_ok(),
            _ => false,
        }
    }
}
