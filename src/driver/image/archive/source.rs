//! What is loaded, opened: a tar or a folder of the client, or an address. Which of them the plan asks for, and what it
//! is called where people see it.

use std::fs::File;

use podman_driver_engine::config::syntax::image_reference::ArchiveFormat;
use podman_driver_engine::pull::{ArchiveSource, SourceLocation};
use sha2::{Digest as _, Sha256};

use super::address::shown;
use super::identity;
use super::member::RESERVED;
use super::place::{Folder, Place};
use crate::driver::digest::{hexadecimal, sha256};
use crate::driver::errors::Failure;

/// Something of the client that is open.
#[derive(Debug)]
pub(super) enum Source {
    /// A file, and its length in bytes.
    Tar(File, u64),
    /// A folder.
    Folder(Folder),
}

/// What is wanted of a source.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// As people may see it.
    pub(super) shown: String,
    pub(super) format: ArchiveFormat,
    pub(super) member: Option<String>,
    /// SHA-256 of the whole file: 64 lower-case hexadecimal digits.
    pub(super) checksum: Option<String>,
}

impl Wanted {
    /// What the plan wants.
    pub(super) fn of(source: &ArchiveSource) -> Self {
        let shown = match &source.location {
            SourceLocation::InTaskFolder { path, .. } | SourceLocation::Absolute(path) => path.clone(),
            SourceLocation::Url(url) => shown(url),
        };
        let ArchiveSource { format, member, checksum, .. } = source.clone();
        Self { shown, format, member, checksum }
    }

    /// The name that an image is given beside its own when it was loaded from a file with this checksum, so that it is
    /// found again without the file: repository and tag. A member has another one than the whole.
    pub(super) fn mark(&self) -> Option<(String, String)> {
        let checksum = self.checksum.as_ref()?;
        let member = self.member.as_ref().map(|member| {
            let digest = sha256(format!("{}{member}", self.format.prefix()).as_bytes());
            format!("-{}", digest.get(..16).unwrap_or_default())
        });
        Some((format!("{RESERVED}archive"), format!("sha256-{checksum}{}", member.unwrap_or_default())))
    }

    /// The archive cannot be had, for this reason.
    pub(super) fn refused(&self, reason: &dyn std::fmt::Display) -> Failure {
        Failure::new(format!("cannot load image {}: {reason}", self.shown))
    }

    /// The file is another one than the job wants.
    pub(super) fn mismatch(&self, found: &str) -> Failure {
        let wanted = self.checksum.as_deref().unwrap_or_default();
        self.refused(&format!(
            "checksum mismatch: the job's image_checksum is sha256:{wanted}, and the file has sha256:{found}. Nothing of it \
             was kept; correct the checksum, or find out who changed the file"
        ))
    }
}

/// Opens what is on the client.
pub(super) async fn opened(place: Place, format: ArchiveFormat) -> Result<Source, Failure> {
    blocking(move || {
        if format.is_file() {
            let (file, length) = place.file()?;
            Ok(Source::Tar(file, length))
        } else {
            place.folder().map(Source::Folder)
        }
    })
    .await
}

/// The ID of the image in there, if it shows, and the source back.
pub(super) async fn identified(source: Source, wanted: Wanted) -> Result<(Option<String>, Source), Failure> {
    blocking(move || match identity::of(&source, wanted.format, wanted.member.as_deref()) {
        Ok(id) => Ok((id, source)),
        Err(reason) => Err(wanted.refused(&reason)),
    })
    .await
}

/// Reads a whole file for its checksum. A folder has none.
pub(super) async fn verified(source: Source, wanted: Wanted) -> Result<(), Failure> {
    blocking(move || {
        let (Some(checksum), Source::Tar(mut file, _)) = (&wanted.checksum, source) else { return Ok(()) };
        let mut hash = Sha256::new();
        let read = std::io::Seek::rewind(&mut file).and_then(|()| std::io::copy(&mut file, &mut Writer(&mut hash)));
        read.map_err(|error| wanted.refused(&crate::driver::image::go_text(&error)))?;
        let found = hexadecimal(&hash.finalize());
        if *checksum == found { Ok(()) } else { Err(wanted.mismatch(&found)) }
    })
    .await
}

struct Writer<'h>(&'h mut Sha256);

impl std::io::Write for Writer<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(Failure::new(format!("reading the archive: {error}")).recoverable(true)))
}
