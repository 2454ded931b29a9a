//! Which image an archive holds, without loading it: an image's ID is the digest of its config, which lies in the file.
//! Only the archive's headers and two or three small files are read, however large the layers are.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::driver::digest::sha256;

/// Larger ones are layers, in bytes.
const LARGEST: u64 = 4 << 20;
/// An archive has a few files for each layer.
const MOST_FILES: usize = 100_000;

/// The ID of the one image in the archive; `None` where it is no archive of one image, or cannot be read. Whoever loads
/// it is told why.
pub(super) async fn of(path: &str) -> Option<String> {
    let path = path.to_owned();
    let read =
        tokio::task::spawn_blocking(move || Small::open(&path).ok().and_then(|files| files.identity()));
    read.await.ok().flatten()
}

#[derive(Deserialize)]
struct DockerImage {
    #[serde(rename = "Config")]
    config: String,
}

#[derive(Deserialize)]
struct OciIndex {
    manifests: Vec<Descriptor>,
}

#[derive(Deserialize)]
struct OciManifest {
    config: Descriptor,
}

#[derive(Deserialize)]
struct Descriptor {
    digest: String,
}

/// Where the small files of an archive are.
struct Small {
    file: File,
    places: HashMap<String, (u64, u64)>,
}

impl Small {
    fn open(path: &str) -> io::Result<Self> {
        let file = File::open(path)?;
        let mut places = HashMap::new();
        let mut archive = tar::Archive::new(file.try_clone()?);
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

    /// By the index that is there. Docker writes both, for the same image.
    fn identity(&self) -> Option<String> {
        if let Some(images) = self.json::<Vec<DockerImage>>("manifest.json") {
            let [image] = images.as_slice() else { return None };
            return self.digest(&image.config);
        }
        let index: OciIndex = self.json("index.json")?;
        let [manifest] = index.manifests.as_slice() else { return None };
        let manifest: OciManifest = self.json(&blob(&manifest.digest)?)?;
        self.digest(&blob(&manifest.config.digest)?)
    }

    fn json<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        serde_json::from_slice(&self.bytes(name)?).ok()
    }

    fn digest(&self, name: &str) -> Option<String> {
        Some(sha256(&self.bytes(name)?))
    }

    fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        let (at, length) = self.places.get(name)?;
        let mut bytes = vec![0; usize::try_from(*length).ok()?];
        self.file.read_exact_at(&mut bytes, *at).ok()?;
        Some(bytes)
    }
}

fn blob(digest: &str) -> Option<String> {
    digest.split_once(':').map(|(algorithm, hex)| format!("blobs/{algorithm}/{hex}"))
}
