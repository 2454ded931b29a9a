//! The small files of an image, wherever they lie: in a tar, whose headers are read and whose layers are passed over, or
//! in a folder. And how formats name their files. All of it blocks.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;

use podman_driver_engine::config::syntax::image_reference::ArchiveFormat;

use super::place::Folder;

/// Larger ones are layers, in bytes.
pub(super) const LARGEST: u64 = 4 << 20;
/// An index may name an index.
pub(super) const DEEPEST: usize = 3;
/// An archive has a few files for each layer.
const MOST_FILES: usize = 100_000;

/// Gives small files by their name; `None` where there is none, or a large one.
pub(super) trait Small {
    fn small(&self, name: &str) -> Option<Vec<u8>>;
}

/// Where the small files of a tar are.
#[derive(Debug)]
pub(super) struct InTar<'f> {
    file: &'f File,
    places: HashMap<String, (u64, u64)>,
}

impl<'f> InTar<'f> {
    /// Reads all headers.
    pub(super) fn of(file: &'f File) -> io::Result<Self> {
        let mut places = HashMap::new();
        let mut archive = tar::Archive::new(file);
        for entry in archive.entries_with_seek()? {
            let entry = entry?;
            let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            if entry.header().entry_type().is_file() && entry.size() <= LARGEST {
                let name = name.trim_start_matches("./").to_owned();
                places.insert(name, (entry.raw_file_position(), entry.size()));
            }
            if places.len() > MOST_FILES {
                return Err(io::ErrorKind::FileTooLarge.into());
            }
        }
        Ok(Self { file, places })
    }
}

impl Small for InTar<'_> {
    fn small(&self, name: &str) -> Option<Vec<u8>> {
        let (at, length) = self.places.get(name)?;
        let mut bytes = vec![0; usize::try_from(*length).ok()?];
        self.file.read_exact_at(&mut bytes, *at).ok()?;
        Some(bytes)
    }
}

impl Small for Folder {
    fn small(&self, name: &str) -> Option<Vec<u8>> {
        let (file, length) = self.file(name).ok()?;
        if length > LARGEST {
            return None;
        }
        let mut bytes = Vec::new();
        file.take(LARGEST).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }
}

/// What a manifest or index is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blob {
    Manifest,
    Other,
}

/// The file of a blob; `None` for what is no SHA-256.
pub(super) fn blob(format: ArchiveFormat, digest: &str, blob: Blob) -> Option<String> {
    let hex = digest.strip_prefix("sha256:")?;
    if hex.len() != 64 || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    Some(match (format, blob) {
        (ArchiveFormat::Dir, Blob::Manifest) => format!("{hex}.manifest.json"),
        (ArchiveFormat::Dir, Blob::Other) => hex.to_owned(),
        _ => format!("blobs/sha256/{hex}"),
    })
}
