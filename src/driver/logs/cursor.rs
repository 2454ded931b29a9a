//! How far a container's output was carried, in a file that one small write keeps current. Before a piece is given away
//! the file says which one and what the place is afterwards: who comes later finds out by the pipe whether it was given.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tracing::warn;

/// The file's length: a write of it lies within one page, so that it happens whole or not at all. Cursors of the journal
/// have about 140 characters, and there are two in it at most.
const LENGTH: usize = 1024;

/// How far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// Nothing was carried yet, and everything is to be.
    Beginning,
    /// What is older was carried by somebody else; microseconds since 1970.
    Since(i64),
    /// The journal's entry of this cursor was carried whole.
    After(String),
    /// Of the journal's entry of this cursor so many bytes were carried.
    Within(String, usize),
    /// Of a file everything before the line that begins at this byte was carried, and so many bytes of what the task
    /// wrote in that line.
    Line(u64, usize),
}

/// A piece that is about to be given to a pipe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// The place when it was given.
    pub place: Place,
    /// Whether it is given to the pipe of standard error.
    pub stderr: bool,
    /// What the pipe's time of change was set to, in seconds since 1970: it is that until something is written.
    pub stamp: i64,
}

/// What stands in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Record {
    place: Place,
    intent: Option<Intent>,
}

/// The place of one container, and the file that keeps it.
#[derive(Debug)]
pub struct CursorFile {
    path: PathBuf,
    /// `None` where it cannot be kept; then a restart of the plugin goes on with what comes.
    file: Option<File>,
    record: Record,
}

impl CursorFile {
    /// The place that an earlier process left in this file; `fresh` where there is none. `given` says of a piece that the
    /// earlier process was about to give whether it did.
    pub fn open(path: &Path, fresh: Place, given: impl FnOnce(&Intent) -> bool) -> Self {
        let (file, known) = match existing(path) {
            Ok((file, known)) => (Some(file), known),
            Err(error) => {
                warn!(path = %path.display(), %error, "cannot keep how far the output was carried");
                (None, None)
            }
        };
        let is_new = known.is_none();
        let place = match known {
            Some(Record { intent: Some(intent), .. }) if given(&intent) => intent.place,
            Some(Record { place, .. }) => place,
            None => fresh,
        };
        let mut made = Self { path: path.to_owned(), file, record: Record { place, intent: None } };
        if is_new {
            made.write();
        }
        made
    }

    /// The place.
    pub fn place(&self) -> &Place {
        &self.record.place
    }

    /// The file itself, where it can be kept.
    pub fn file(&self) -> Option<BorrowedFd<'_>> {
        self.file.as_ref().map(AsFd::as_fd)
    }

    /// Notes that a piece is about to be given.
    pub fn intend(&mut self, intent: Intent) {
        self.record.intent = Some(intent);
        self.write();
    }

    /// The place is another one. The file keeps the intent that led to it, which says the same.
    pub fn reached(&mut self, place: Place) {
        self.record.place = place;
    }

    /// Notes the place alone: nothing is about to be given.
    pub fn set(&mut self, place: Place) {
        self.record = Record { place, intent: None };
        self.write();
    }

    /// Forgets the container.
    pub fn remove(self) {
        // It may be gone already, or never have been.
        let _ = std::fs::remove_file(&self.path);
    }

    fn write(&mut self) {
        let Some(file) = &self.file else { return };
        // Numbers and texts always become JSON.
        let text = serde_json::to_string(&self.record).unwrap_or_default();
        if text.len() < LENGTH
            && let Err(error) =
                file.write_all_at(format!("{text:<width$}\n", width = LENGTH - 1).as_bytes(), 0)
        {
            warn!(path = %self.path.display(), %error, "cannot keep how far the output was carried");
            self.file = None;
        }
    }
}

fn existing(path: &Path) -> io::Result<(File, Option<Record>)> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600);
    let mut file = options.custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed()).open(path)?;
    let mut text = String::new();
    // What is not ours is no place of ours.
    let read = (&mut file).take(LENGTH as u64).read_to_string(&mut text);
    Ok((file, read.ok().and_then(|_| serde_json::from_str(&text).ok())))
}

#[cfg(test)]
mod tests {
    use super::{CursorFile, Intent, Place};

    #[test]
    fn another_process_goes_on_at_the_same_place() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("abc.cursor");
        let open = |fresh| CursorFile::open(&path, fresh, |_| unreachable!("nothing was about to be given"));
        assert_eq!(open(Place::Beginning).place(), &Place::Beginning);
        assert_eq!(open(Place::Since(5)).place(), &Place::Beginning, "it is known that nothing was carried");
        for place in
            [Place::Within("s=1;i=2".to_owned(), 4096), Place::After("s=1;i=2".to_owned()), Place::Line(7, 3)]
        {
            open(Place::Beginning).set(place.clone());
            assert_eq!(open(Place::Beginning).place(), &place);
        }
        open(Place::Beginning).remove();
        assert_eq!(open(Place::Since(5)).place(), &Place::Since(5));
        assert_eq!(open(Place::Beginning).place(), &Place::Since(5));
    }

    #[test]
    fn a_piece_that_was_given_counts_and_another_one_does_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("abc.cursor");
        let intent = Intent { place: Place::Line(90, 0), stderr: true, stamp: 12 };
        let begun = || {
            let mut cursor = CursorFile::open(&path, Place::Beginning, |_| false);
            cursor.set(Place::Line(10, 4));
            cursor.intend(intent.clone());
        };
        for (given, expected) in [(true, Place::Line(90, 0)), (false, Place::Line(10, 4))] {
            begun();
            let again = CursorFile::open(&path, Place::Beginning, |seen| {
                assert_eq!(seen, &intent);
                given
            });
            assert_eq!(again.place(), &expected);
        }
    }

    #[test]
    fn what_cannot_be_kept_is_no_reason_to_carry_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut cursor = CursorFile::open(folder.path(), Place::Beginning, |_| false);
        assert_eq!(cursor.place(), &Place::Beginning);
        cursor.set(Place::After("x".to_owned()));
        assert_eq!(cursor.place(), &Place::After("x".to_owned()));
    }
}
