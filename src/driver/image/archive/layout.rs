//! A folder with an image as the archive that Podman takes: `oci:` is the layout of OCI, of which the files that belong to
//! the image are sent; `dir:` is one image as it is in a registry, which is given such a layout. Podman's REST API takes
//! tar files alone.

use std::collections::HashSet;
use std::fs::File;
use std::io;

use bytes::Bytes;
use podman_driver_engine::config::syntax::image_reference::ArchiveFormat;
use rustix::io::Errno;
use serde_json::{Value, json};
use tar::{EntryType, Header};

use super::files::{Blob, DEEPEST, LARGEST, Small, blob};
use super::member;
use super::place::Folder;
use crate::driver::digest::sha256;
use crate::driver::image::go_text;

/// Of a tar, in bytes.
const BLOCK: usize = 512;
/// An image has some dozens of layers.
const MOST_FILES: usize = 10_000;
const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// A file of the archive.
#[derive(Debug)]
pub(super) struct Part {
    /// Its header.
    pub(super) header: Bytes,
    /// What is in it.
    pub(super) data: Data,
}

/// Where a file's text comes from.
#[derive(Debug)]
pub(super) enum Data {
    /// It is there.
    Small(Bytes),
    /// So many bytes of a file.
    File(File, u64),
}

/// The end of a tar.
pub(super) fn end() -> Bytes {
    Bytes::from_static(&[0; 2 * BLOCK])
}

/// What fills a file of this length up to whole blocks.
pub(super) fn padding(length: u64) -> Bytes {
    let over = usize::try_from(length % BLOCK as u64).unwrap_or_default();
    end().split_to((BLOCK - over) % BLOCK)
}

/// All files of the archive, opened, and how long it will be. It blocks.
pub(super) fn parts(
    folder: &Folder,
    format: ArchiveFormat,
    member: Option<&str>,
) -> Result<(Vec<Part>, u64), String> {
    let mut packing = Packing { folder, format, parts: Vec::new(), names: HashSet::new() };
    packing.small("oci-layout", br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec())?;
    let index = match format {
        ArchiveFormat::Dir => packing.registry()?,
        _ => packing.layout(member)?,
    };
    packing.small("index.json", index)?;
    let lengths = packing.parts.iter().map(|part| match &part.data {
        Data::Small(text) => text.len() as u64,
        Data::File(_, length) => *length,
    });
    let total = lengths.map(|length| length.next_multiple_of(BLOCK as u64) + BLOCK as u64).sum();
    Ok((packing.parts, total))
}

struct Packing<'f> {
    folder: &'f Folder,
    format: ArchiveFormat,
    parts: Vec<Part>,
    names: HashSet<String>,
}

impl Packing<'_> {
    /// Gives the index, with one image.
    fn layout(&mut self, member: Option<&str>) -> Result<Vec<u8>, String> {
        let table = self.folder.small("index.json").ok_or(
            "it has no index.json, so that it is no folder of OCI. What `skopeo copy … dir:` made is written with dir: \
             before its path",
        )?;
        let chosen = member::oci(&table, member).map_err(|reason| reason.to_string())?;
        let name = blob(self.format, &chosen.target, Blob::Manifest)
            .ok_or_else(|| format!("its manifest {:?} has no SHA-256", chosen.target))?;
        let text = self.text(&name)?;
        self.image(text, &chosen.target, DEEPEST)?;
        Ok(chosen.rewritten.unwrap_or(table))
    }

    /// Makes an index.
    fn registry(&mut self) -> Result<Vec<u8>, String> {
        let text = self.folder.small("manifest.json").ok_or(
            "it has no manifest.json, so that it is no folder of `skopeo copy … dir:`. One of OCI is written with oci: \
             before its path",
        )?;
        let (digest, size) = (format!("sha256:{}", sha256(&text)), text.len());
        let manifest: Value = serde_json::from_slice(&text)
            .map_err(|error| format!("its manifest.json is not understood: {error}"))?;
        let kind = manifest.get("mediaType").and_then(Value::as_str).unwrap_or(OCI_MANIFEST).to_owned();
        self.image(text, &digest, DEEPEST)?;
        let image = json!({"mediaType": kind, "digest": digest, "size": size});
        Ok(json!({"schemaVersion": 2, "manifests": [image]}).to_string().into_bytes())
    }

    /// A manifest and what it names. Of an index, the images that are there.
    fn image(&mut self, text: Vec<u8>, digest: &str, depth: usize) -> Result<(), String> {
        let manifest: Value = serde_json::from_slice(&text)
            .map_err(|error| format!("its manifest {digest} is not understood: {error}"))?;
        let name = blob(ArchiveFormat::OciLayout, digest, Blob::Manifest);
        self.small(&name.ok_or_else(|| format!("its manifest {digest:?} has no SHA-256"))?, text)?;
        let digests = |member: &str| {
            let all = manifest
                .get(member)
                .map(|value| value.as_array().map_or(std::slice::from_ref(value), |all| all));
            let digests = all.unwrap_or_default().iter().filter_map(|of| of.get("digest")?.as_str());
            digests.map(str::to_owned).collect::<Vec<_>>()
        };
        let images = digests("manifests");
        if images.is_empty() && digests("config").is_empty() {
            return Err(format!("its manifest {digest} names no config: such old images are not loaded"));
        }
        for digest in digests("config").iter().chain(&digests("layers")) {
            self.blob(digest)?;
        }
        for digest in images {
            let there = blob(self.format, &digest, Blob::Manifest).and_then(|name| self.folder.small(&name));
            let Some(text) = there else { continue };
            let depth = depth.checked_sub(1).ok_or("its indexes name each other without an end")?;
            self.image(text, &digest, depth)?;
        }
        Ok(())
    }

    fn blob(&mut self, digest: &str) -> Result<(), String> {
        let names =
            (blob(self.format, digest, Blob::Other), blob(ArchiveFormat::OciLayout, digest, Blob::Other));
        let (Some(here), Some(there)) = names else { return Err(format!("{digest:?} is no SHA-256")) };
        if !self.names.insert(there.clone()) {
            return Ok(());
        }
        let (file, length) = self.folder.file(&here).map_err(|error| absent(&here, &error))?;
        self.push(&there, Data::File(file, length), length)
    }

    fn text(&self, name: &str) -> Result<Vec<u8>, String> {
        let (_, length) = self.folder.file(name).map_err(|error| absent(name, &error))?;
        let text = self.folder.small(name).filter(|_| length <= LARGEST);
        text.ok_or_else(|| format!("its {name} has {length} bytes, which no manifest has"))
    }

    fn small(&mut self, name: &str, text: Vec<u8>) -> Result<(), String> {
        if !self.names.insert(name.to_owned()) {
            return Ok(());
        }
        let length = text.len() as u64;
        self.push(name, Data::Small(text.into()), length)
    }

    fn push(&mut self, name: &str, data: Data, length: u64) -> Result<(), String> {
        if self.parts.len() >= MOST_FILES {
            return Err(format!("it has more than {MOST_FILES} files"));
        }
        let mut header = Header::new_ustar();
        let written = header.set_path(name);
        written.map_err(|error| format!("{name} cannot be a file of an archive: {error}"))?;
        header.set_entry_type(EntryType::Regular);
        header.set_mode(0o644);
        header.set_size(length);
        header.set_cksum();
        self.parts.push(Part { header: Bytes::copy_from_slice(header.as_bytes()), data });
        Ok(())
    }
}

fn absent(name: &str, error: &io::Error) -> String {
    if matches!(Errno::from_io_error(error), Some(Errno::XDEV | Errno::LOOP)) {
        return format!(
            "its file {name} is a link that leads out of the image's folder, and a folder has to hold all of its image"
        );
    }
    format!("its file {name} cannot be opened: {}", go_text(error))
}
