//! How far a container's output was carried, in a file that one small write keeps current: between a write into the pipe
//! and that one a kill would repeat a piece, and nothing else can.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use tracing::warn;

/// The file's length. Cursors have about 140 characters.
const LENGTH: usize = 512;

/// How far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Nothing was carried yet, and everything is to be.
    Beginning,
    /// What is older was carried by somebody else; microseconds since 1970.
    Since(i64),
    /// The entry of this cursor was carried whole.
    After(String),
    /// Of the entry of this cursor so many bytes were carried.
    Within(String, usize),
}

/// The place of one container, and the file that keeps it.
#[derive(Debug)]
pub struct CursorFile {
    path: PathBuf,
    /// `None` where it cannot be kept; then a restart of the plugin goes on with what comes.
    file: Option<File>,
    place: Place,
}

impl CursorFile {
    /// The place that an earlier process left in this folder; where there is none, the beginning or now.
    pub fn open(folder: &Path, container_id: &str, from_beginning: bool) -> Self {
        let path = folder.join(format!("{container_id}.cursor"));
        let now = || Place::Since(jiff::Timestamp::now().as_microsecond());
        let fresh = if from_beginning { Place::Beginning } else { now() };
        match existing(folder, &path) {
            Ok((file, known)) => {
                let mut made = Self { path, file: Some(file), place: known.clone().unwrap_or(fresh) };
                if known.is_none() {
                    made.write();
                }
                made
            }
            Err(error) => {
                warn!(path = %path.display(), %error, "cannot keep how far the output was carried");
                Self { path, file: None, place: fresh }
            }
        }
    }

    /// The place.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Notes another one.
    pub fn set(&mut self, place: Place) {
        self.place = place;
        self.write();
    }

    /// Forgets the container.
    pub fn remove(self) {
        // It may be gone already, or never have been.
        let _ = std::fs::remove_file(&self.path);
    }

    fn write(&mut self) {
        let Some(file) = &self.file else { return };
        let text = match &self.place {
            Place::Beginning => "beginning".to_owned(),
            Place::Since(moment) => format!("since {moment}"),
            Place::After(cursor) => format!("after {cursor}"),
            Place::Within(cursor, bytes) => format!("within {bytes} {cursor}"),
        };
        if text.len() < LENGTH
            && let Err(error) =
                file.write_all_at(format!("{text:<width$}\n", width = LENGTH - 1).as_bytes(), 0)
        {
            warn!(path = %self.path.display(), %error, "cannot keep how far the output was carried");
            self.file = None;
        }
    }
}

fn existing(folder: &Path, path: &Path) -> io::Result<(File, Option<Place>)> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600);
    let mut file = options.custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed()).open(path)?;
    let mut text = String::new();
    // What is not text is no place of ours.
    let read = (&mut file).take(LENGTH as u64).read_to_string(&mut text);
    Ok((file, read.ok().and_then(|_| parse(text.trim()))))
}

fn parse(text: &str) -> Option<Place> {
    if text == "beginning" {
        return Some(Place::Beginning);
    }
    let (kind, rest) = text.split_once(' ')?;
    match kind {
        "since" => rest.parse().ok().map(Place::Since),
        "after" => Some(Place::After(rest.to_owned())),
        "within" => {
            let (bytes, cursor) = rest.split_once(' ')?;
            Some(Place::Within(cursor.to_owned(), bytes.parse().ok()?))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{CursorFile, Place};

    #[test]
    fn another_process_goes_on_at_the_same_place() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path().join("run");
        let open = |from_beginning| CursorFile::open(&folder, "abc", from_beginning);
        assert_eq!(open(true).place(), &Place::Beginning);
        assert_eq!(
            open(false).place(),
            &Place::Beginning,
            "nothing was carried before the first process ended"
        );
        for place in [Place::Within("s=1;i=2".to_owned(), 4096), Place::After("s=1;i=2".to_owned())] {
            open(false).set(place.clone());
            assert_eq!(open(true).place(), &place);
        }
        open(false).remove();
        let since = open(false).place().clone();
        assert!(matches!(since, Place::Since(_)), "{since:?}");
        assert_eq!(open(true).place(), &since);
    }

    #[test]
    fn what_cannot_be_kept_is_no_reason_to_carry_nothing() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let mut cursor = CursorFile::open(file.path(), "abc", true);
        assert_eq!(cursor.place(), &Place::Beginning);
        cursor.set(Place::After("x".to_owned()));
        assert_eq!(cursor.place(), &Place::After("x".to_owned()));
    }
}
