//! Archives in pieces of all sizes, whole ones and damaged ones.

use std::io::Read;

use podman_driver_engine::config::syntax::image_reference::ArchiveFormat::{Docker, Oci};
use serde_json::{Value, json};

use super::*;

/// A tar of these files.
fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, text) in files {
        let mut header = Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, *text).unwrap();
    }
    builder.into_inner().unwrap()
}

/// What goes on of an archive that comes in pieces of this size, and how the whole is judged.
fn passed(
    archive: &[u8],
    piece: usize,
    format: ArchiveFormat,
    member: Option<&str>,
) -> Result<Vec<u8>, Damage> {
    let mut passage = Passage::new(format, member);
    let mut out = Vec::new();
    for piece in archive.chunks(piece) {
        passage.push(Bytes::copy_from_slice(piece), &mut out)?;
    }
    passage.finish()?;
    Ok(out.concat())
}

/// The same whatever the size of the pieces.
fn judged(archive: &[u8], format: ArchiveFormat, member: Option<&str>) -> Result<Vec<u8>, Damage> {
    let outcome = passed(archive, 7, format, member);
    for piece in [1, 511, 512, 513, 1 << 20] {
        assert_eq!(passed(archive, piece, format, member), outcome, "in pieces of {piece}");
    }
    outcome
}

fn files(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = tar::Archive::new(archive);
    let files = archive.entries().unwrap().map(|entry| {
        let mut entry = entry.unwrap();
        let mut text = Vec::new();
        entry.read_to_end(&mut text).unwrap();
        (String::from_utf8(entry.path_bytes().into_owned()).unwrap(), text)
    });
    files.collect()
}

fn docker_table() -> Vec<u8> {
    json!([
        {"Config": "a.json", "RepoTags": ["localhost/a:1", "localhost/a:2"], "Layers": ["l.tar"]},
        {"Config": "b.json", "RepoTags": ["localhost/b:1"], "Layers": ["l.tar"]},
    ])
    .to_string()
    .into_bytes()
}

fn oci_table() -> Vec<u8> {
    let image = |digest: &str, name: &str| {
        json!({"mediaType": "m", "digest": digest, "size": 1,
            "annotations": {"org.opencontainers.image.ref.name": name}})
    };
    json!({"schemaVersion": 2, "manifests": [image("sha256:a", "one"), image("sha256:b", "two")]})
        .to_string()
        .into_bytes()
}

const LONG: &str = "a-name-that-is-longer-than-the-hundred-bytes-that-a-header-has-for-it/manifest.json/\
                    so-that-there-is-another-header-before-it/index.json";

fn docker() -> Vec<u8> {
    let layer = vec![7; 5000];
    tar(&[("l.tar", &layer), ("a.json", b"{}"), (LONG, b"x"), ("b.json", b"{ }"), ("manifest.json", &docker_table())])
}

#[test]
fn without_a_member_an_archive_passes_as_it_is() {
    assert_eq!(judged(&docker(), Docker, None).as_deref(), Ok(&*docker()));
    // Podman finds the format out itself.
    assert_eq!(judged(&docker(), Oci, None).as_deref(), Ok(&*docker()));
    // Some writers leave the two empty blocks at the end away, others fill up to a longer record.
    let whole = docker();
    let bare = &whole[..whole.len() - 1024];
    assert_eq!(judged(bare, Docker, None).as_deref(), Ok(bare));
    let long = [&whole[..], &[0; 10_240], b"rest"].concat();
    assert_eq!(judged(&long, Docker, None).as_deref(), Ok(&*long));
}

#[test]
fn of_a_docker_archive_one_image_is_left() {
    let out = judged(&docker(), Docker, Some("localhost/b:1")).unwrap();
    let (before, after) = (files(&docker()), files(&out));
    assert_eq!(before[..4], after[..4], "everything else is as it was");
    let table: Value = serde_json::from_slice(&after[4].1).unwrap();
    assert_eq!(table, json!([{"Config": "b.json", "RepoTags": ["localhost/b:1"], "Layers": ["l.tar"]}]));

    let absent = judged(&docker(), Docker, Some("localhost/c:1")).unwrap_err();
    assert_eq!(
        absent.to_string(),
        "it has no image \"localhost/c:1\". It has localhost/a:1, localhost/b:1"
    );
}

#[test]
fn of_an_oci_archive_one_image_is_left() {
    let archive = tar(&[("./blobs/sha256/a", b"{}"), ("./index.json", &oci_table()), ("./oci-layout", b"{}")]);
    let out = judged(&archive, Oci, Some("two")).unwrap();
    let table: Value = serde_json::from_slice(&files(&out)[1].1).unwrap();
    assert_eq!(table["manifests"].as_array().unwrap().len(), 1);
    assert_eq!(table["manifests"][0]["digest"], "sha256:b");
    let several = judged(&archive, Oci, None).unwrap_err();
    assert_eq!(several, Damage::Member(Unchosen::Several(vec!["one".to_owned(), "two".to_owned()])));
}

#[test]
fn of_an_archive_with_both_tables_the_format_names_the_one() {
    let both = |first: &[u8], second: &[u8]| {
        tar(&[("oci-layout", b"{}"), ("index.json", first), ("manifest.json", second), ("repositories", b"{}")])
    };
    let archive = both(&oci_table(), &docker_table());
    let names = |out: Vec<u8>| files(&out).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(names(judged(&archive, Docker, Some("@1")).unwrap()), ["manifest.json"]);
    assert_eq!(names(judged(&archive, Oci, Some("@1")).unwrap()), ["oci-layout", "index.json"]);
    assert_eq!(judged(&archive, Docker, None).as_deref(), Ok(&*archive), "Podman takes the docker-archive");

    let other = judged(&docker(), Oci, Some("two")).unwrap_err();
    assert_eq!(other, Damage::OtherFormat { wanted: "index.json", other: "docker-archive:" });
    let archive = tar(&[("index.json", &oci_table())]);
    let other = judged(&archive, Docker, Some("two")).unwrap_err();
    assert_eq!(other, Damage::OtherFormat { wanted: "manifest.json", other: "oci-archive:" });
}

#[test]
fn an_extended_header_tells_name_and_length() {
    // A writer may put what a plain header has no room for before it.
    let mut builder = tar::Builder::new(Vec::new());
    let table = docker_table();
    let size = table.len().to_string();
    builder
        .append_pax_extensions([("mtime", &b"1.5"[..]), ("path", b"manifest.json"), ("size", size.as_bytes())])
        .unwrap();
    let mut header = Header::new_ustar();
    header.set_path("other").unwrap();
    header.set_size(0);
    header.set_cksum();
    let mut archive = builder.into_inner().unwrap();
    archive.truncate(archive.len() - 1024);
    archive.extend_from_slice(header.as_bytes());
    archive.extend_from_slice(&table);
    archive.resize(archive.len().next_multiple_of(BLOCK), 0);
    assert!(judged(&archive, Docker, None).is_ok_and(|out| out == archive));
    let out = judged(&archive, Docker, Some("localhost/a:2")).unwrap();
    let files = files(&out);
    assert_eq!((files.len(), files[0].0.as_str()), (1, "manifest.json"), "without what was said of the other");
}

#[test]
fn what_is_no_whole_archive_is_told_as_such() {
    let whole = docker();
    let text = |archive: &[u8]| judged(archive, Docker, None).unwrap_err().to_string();
    assert_eq!(text(b""), "it is empty");
    assert!(text(b"something").starts_with("it is no tar. The file has to be an uncompressed tar"));
    assert!(text(&[b'x'; 3000]).starts_with("it is no tar. "));
    assert!(text(b"\x1f\x8b\x08").starts_with("it is compressed with gzip. "));
    assert!(text(b"<!doctype html>").starts_with("it is no tar, but a web page or other text. "));
    assert_eq!(text(&whole[..700]), "it is cut off after 700 bytes, in the middle of l.tar");
    assert_eq!(text(&whole[..5732]), "it is cut off after 5732 bytes, in the middle of a header");
    assert!(text(&whole[..6656]).starts_with("it has neither manifest.json nor index.json"));
    assert!(text(&[0; 10_240]).starts_with("it has neither manifest.json nor index.json"));
    let mut damaged = whole.clone();
    damaged[5632 + 3] ^= 1;
    assert_eq!(text(&damaged), "it is damaged: at byte 6144, there is no header");
    let table = tar(&[("manifest.json", b"{")]);
    assert!(text(&table).starts_with("its table of contents is not understood: "));
    let twice = tar(&[("manifest.json", &docker_table()), ("././manifest.json", &docker_table())]);
    assert!(text(&twice).ends_with("there is a second manifest.json"), "{}", text(&twice));
    let large = tar(&[("manifest.json", &vec![b' '; 5 << 20])]);
    let error = passed(&large, 1 << 16, Docker, None).unwrap_err().to_string();
    assert_eq!(error, "it is damaged: at byte 512, manifest.json has 5242880 bytes");
}

#[test]
fn no_link_and_no_sparse_file_passes_for_a_table() {
    let mut header = Header::new_gnu();
    header.set_path("index.json").unwrap();
    header.set_size(0);
    header.set_entry_type(EntryType::Symlink);
    header.set_cksum();
    let error = judged(header.as_bytes(), Oci, None).unwrap_err().to_string();
    assert_eq!(error, "it is damaged: at byte 512, index.json is no file");
    header.set_entry_type(EntryType::GNUSparse);
    header.set_cksum();
    let error = judged(header.as_bytes(), Oci, None).unwrap_err().to_string();
    assert_eq!(error, format!("it is damaged: at byte 512, {SPARSE}"));
}
