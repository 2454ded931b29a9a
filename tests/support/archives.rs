//! Images that a test makes by hand, in all forms in which images lie in files and folders.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::fs;
use std::path::Path;

use nomad_driver_podman::driver::digest::sha256;
use serde_json::{Value, json};

const OCI: &str = "application/vnd.oci.image.manifest.v1+json";
const DOCKER: &str = "application/vnd.docker.distribution.manifest.v2+json";

/// An image of one layer.
#[derive(Clone)]
pub struct Made {
    /// A name, such as `localhost/one:1`.
    pub name: String,
    config: Vec<u8>,
    layer: Vec<u8>,
}

impl Made {
    /// One whose layer has a file with this text, so that images with different ones differ.
    pub fn new(name: &str, text: &str) -> Self {
        let layer = tar(&[("file".to_owned(), text.as_bytes().to_vec())]);
        let config = json!({
            "architecture": if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" }, "os": "linux",
            "config": {"Cmd": ["/file"]},
            "rootfs": {"type": "layers", "diff_ids": [format!("sha256:{}", sha256(&layer))]},
            "history": [{"created_by": "a test"}],
        });
        Self { name: name.to_owned(), config: config.to_string().into_bytes(), layer }
    }

    /// Its ID in Podman.
    pub fn id(&self) -> String {
        sha256(&self.config)
    }

    fn manifest(&self, docker: bool) -> Vec<u8> {
        let (kind, config, layer) = if docker {
            let rest = "application/vnd.docker";
            (DOCKER, format!("{rest}.container.image.v1+json"), format!("{rest}.image.rootfs.diff.tar"))
        } else {
            let rest = "application/vnd.oci.image";
            (OCI, format!("{rest}.config.v1+json"), format!("{rest}.layer.v1.tar"))
        };
        let blob = |kind: &str, text: &[u8]| {
            json!({"mediaType": kind, "digest": format!("sha256:{}", sha256(text)), "size": text.len()})
        };
        json!({
            "schemaVersion": 2, "mediaType": kind,
            "config": blob(&config, &self.config), "layers": [blob(&layer, &self.layer)],
        })
        .to_string()
        .into_bytes()
    }
}

/// A tar of these files.
pub fn tar(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o755);
        builder.append_data(&mut header, name, text.as_slice()).unwrap();
    }
    builder.into_inner().unwrap()
}

/// As `docker save` writes them.
pub fn docker_archive(images: &[Made]) -> Vec<u8> {
    let mut files = Vec::new();
    let mut table = Vec::new();
    for image in images {
        let (config, layer) = (format!("{}.json", image.id()), format!("{}.tar", sha256(&image.layer)));
        table.push(json!({"Config": config, "RepoTags": [image.name], "Layers": [layer]}));
        files.push((layer, image.layer.clone()));
        files.push((config, image.config.clone()));
    }
    files.push(("manifest.json".to_owned(), Value::from(table).to_string().into_bytes()));
    tar(&files)
}

fn oci_files(images: &[Made]) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let mut table = Vec::new();
    for image in images {
        let manifest = image.manifest(false);
        table.push(json!({
            "mediaType": OCI, "digest": format!("sha256:{}", sha256(&manifest)), "size": manifest.len(),
            "annotations": {"org.opencontainers.image.ref.name": image.name},
        }));
        for text in [&image.layer, &image.config, &manifest] {
            files.push((format!("blobs/sha256/{}", sha256(text)), text.clone()));
        }
    }
    let index = json!({"schemaVersion": 2, "manifests": table});
    files.push(("index.json".to_owned(), index.to_string().into_bytes()));
    files.push(("oci-layout".to_owned(), b"{\"imageLayoutVersion\":\"1.0.0\"}".to_vec()));
    files
}

/// As `podman save --format oci-archive` writes them.
pub fn oci_archive(images: &[Made]) -> Vec<u8> {
    tar(&oci_files(images))
}

/// As `skopeo copy … oci:FOLDER` writes them.
pub fn oci_folder(folder: &Path, images: &[Made]) {
    unpack(folder, oci_files(images));
}

/// As `skopeo copy … dir:FOLDER` writes it, with a manifest of Docker's or of OCI's.
pub fn registry_folder(folder: &Path, image: &Made, docker: bool) {
    let files = [
        ("version".to_owned(), b"Directory Transport Version: 1.1\n".to_vec()),
        ("manifest.json".to_owned(), image.manifest(docker)),
        (sha256(&image.config), image.config.clone()),
        (sha256(&image.layer), image.layer.clone()),
    ];
    unpack(folder, files);
}

fn unpack(folder: &Path, files: impl IntoIterator<Item = (String, Vec<u8>)>) {
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}
