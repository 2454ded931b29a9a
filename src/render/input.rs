//! Reads what commands are given: job files by path or from standard input, and the job files of a folder.
//! What cannot be read becomes a diagnostic of its own, so that one bad file does not hide the others.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;
use podman_driver_engine::jobspec::looks_like_job;

use super::answer::Failure;

/// No file is read beyond this many bytes; a job file may have far less.
const MAX_BYTES: u64 = 64 << 20;

/// The path that means standard input.
pub(super) const STDIN: &str = "-";

/// What a user calls the file.
pub(super) fn name(path: &Path) -> String {
    if path == Path::new(STDIN) { "<stdin>".to_owned() } else { path.to_string_lossy().into_owned() }
}

/// The bytes of a file, or of standard input.
pub(super) fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if path == Path::new(STDIN) {
        io::stdin().lock().take(MAX_BYTES).read_to_end(&mut bytes)?;
    } else {
        fs::File::open(path)?.take(MAX_BYTES).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

/// The text of a file that is not a job: plugin config, variables, facts.
pub(super) fn text(path: &Path) -> Result<String, Failure> {
    let read = bytes(path).map_err(|error| Failure(format!("{} cannot be read: {error}.", name(path))))?;
    String::from_utf8(read).map_err(|_| Failure(format!("{} is not text in UTF-8.", name(path))))
}

/// Job files, and how many others lay beside them.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Files to check, in a stable order without repetition.
    pub files: Vec<PathBuf>,
    /// HCL and JSON files of folders that hold no job.
    pub others: usize,
}

/// The job files that paths stand for. What is named is taken as it is; folders are walked as people expect it:
/// without hidden files and without what `.gitignore` names.
pub(super) fn find(paths: &[PathBuf]) -> Result<Found, Failure> {
    let mut found = Found::default();
    for path in paths {
        if path.is_dir() { folder(path, &mut found)? } else { found.files.push(path.clone()) }
    }
    let mut seen = std::collections::BTreeSet::new();
    found.files.retain(|file| seen.insert(file.clone()));
    Ok(found)
}

fn folder(path: &Path, found: &mut Found) -> Result<(), Failure> {
    let mut files = Vec::new();
    for entry in WalkBuilder::new(path).build() {
        let entry = entry.map_err(|error| Failure(format!("{} cannot be walked: {error}.", name(path))))?;
        if entry.file_type().is_some_and(|kind| kind.is_file()) {
            files.push(entry.into_path());
        }
    }
    files.sort();
    for file in files {
        match is_job(&file) {
            Some(true) => found.files.push(file),
            Some(false) => found.others += 1,
            None => {}
        }
    }
    Ok(())
}

/// Whether a file of a folder holds a job; `None` where its name does not even suggest one.
fn is_job(path: &Path) -> Option<bool> {
    let name = path.file_name()?.to_str()?;
    if [".nomad", ".nomad.hcl", ".nomad.json"].iter().any(|ending| name.ends_with(ending)) {
        return Some(true);
    }
    if !name.ends_with(".hcl") && !name.ends_with(".json") {
        return None;
    }
    let read = bytes(path).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    Some(read.is_some_and(|text| looks_like_job(&text)))
}
