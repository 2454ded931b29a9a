//! Which image an archive or a folder holds, without loading it: an image's ID is the digest of its config, which lies
//! in there. Only headers and two or three small files are read, however large the layers are. All of it blocks.

use podman_driver_engine::config::syntax::image_reference::ArchiveFormat;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::files::{Blob, DEEPEST, InTar, Small, blob};
use super::member::{self, Unchosen};
use super::source::Source;
use crate::driver::digest::sha256;
use crate::driver::image::presence::usual;

/// The ID of the image that is meant; `None` where it does not show, be it that the archive is damaged: whoever loads it
/// is told why. That no image or more than one is meant is told here.
pub(super) fn of(
    source: &Source,
    format: ArchiveFormat,
    member: Option<&str>,
) -> Result<Option<String>, Unchosen> {
    match source {
        Source::Tar(file, _) => match InTar::of(file) {
            Ok(files) => Images { files: &files, format }.identity(member),
            Err(_) => Ok(None),
        },
        Source::Folder(folder) => Images { files: folder, format }.identity(member),
    }
}

#[derive(Deserialize)]
struct Manifest {
    config: Option<Descriptor>,
    #[serde(default)]
    manifests: Vec<Descriptor>,
}

#[derive(Deserialize)]
struct Descriptor {
    digest: String,
    platform: Option<Platform>,
}

#[derive(Deserialize)]
struct Platform {
    architecture: String,
    os: String,
}

struct Images<'f, F> {
    files: &'f F,
    format: ArchiveFormat,
}

impl<F: Small> Images<'_, F> {
    /// By the table that is there. Docker writes both, for the same images, and then the format says which one names the
    /// member.
    fn identity(&self, member: Option<&str>) -> Result<Option<String>, Unchosen> {
        if self.format == ArchiveFormat::Dir {
            return Ok(self.json("manifest.json").and_then(|manifest| self.config(manifest, DEEPEST)));
        }
        let reads = |format| format == self.format || member.is_none();
        if reads(ArchiveFormat::Docker)
            && let Some(table) = self.files.small("manifest.json")
        {
            let chosen = member::docker(&table, member)?;
            return Ok(self.files.small(&chosen.target).map(|config| sha256(&config)));
        }
        if self.format == ArchiveFormat::Docker && member.is_some() {
            return Ok(None);
        }
        let Some(table) = self.files.small("index.json") else { return Ok(None) };
        let chosen = member::oci(&table, member)?;
        Ok(self.manifest(&chosen.target, DEEPEST))
    }

    fn manifest(&self, digest: &str, depth: usize) -> Option<String> {
        self.config(self.json(&blob(self.format, digest, Blob::Manifest)?)?, depth)
    }

    /// Where there are images of several platforms, Podman takes that of its host, which is this one.
    fn config(&self, manifest: Manifest, depth: usize) -> Option<String> {
        if let Some(config) = manifest.config {
            let config = self.files.small(&blob(self.format, &config.digest, Blob::Other)?)?;
            return Some(sha256(&config));
        }
        let here = usual(std::env::consts::ARCH);
        let ours = |image: &&Descriptor| {
            image.platform.as_ref().is_some_and(|of| of.os == "linux" && of.architecture == here)
        };
        let mut images = manifest.manifests.iter().filter(ours);
        let (image, other) = (images.next()?, images.next());
        if other.is_some() {
            return None;
        }
        self.manifest(&image.digest, depth.checked_sub(1)?)
    }

    fn json<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        serde_json::from_slice(&self.files.small(name)?).ok()
    }
}
