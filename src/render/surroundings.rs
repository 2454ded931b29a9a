//! What a job file's functions may ask of this machine: files beside the job, the working folder, the home folder.
//! Chance always comes out the same, so that one job file gives one output.

use std::fs;
use std::io::{ErrorKind, Read as _};

use podman_driver_engine::jobspec::Surroundings;

/// Files that functions read may have this many bytes.
const MAX_BYTES: u64 = 16 << 20;
/// So many files of a folder are listed.
const MAX_FILES: usize = 10_000;

/// This machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct Machine;

impl Surroundings for Machine {
    fn read_file(&self, path: &str) -> Result<Vec<u8>, String> {
        let file = fs::File::open(path).map_err(|error| clause(path, &error))?;
        let mut bytes = Vec::new();
        file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|error| clause(path, &error))?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(format!("{path} has more than {} MiB", MAX_BYTES >> 20));
        }
        Ok(bytes)
    }

    fn file_exists(&self, path: &str) -> Result<bool, String> {
        match fs::metadata(path) {
            Ok(found) if found.is_file() => Ok(true),
            Ok(found) if found.is_dir() => Err(format!("{path} is a folder")),
            Ok(_) => Err(format!("{path} is no regular file")),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(clause(path, &error)),
        }
    }

    fn list_files(&self, folder: &str) -> Result<Vec<String>, String> {
        let mut files = Vec::new();
        let walk = ignore::WalkBuilder::new(folder).standard_filters(false).build();
        for entry in walk.filter_map(Result::ok) {
            let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
            let Some(path) = entry.path().strip_prefix(folder).ok().and_then(|path| path.to_str()) else {
                continue;
            };
            if is_file {
                files.push(path.to_owned());
            }
            if files.len() > MAX_FILES {
                return Err(format!("{folder} holds more than {MAX_FILES} files"));
            }
        }
        files.sort();
        Ok(files)
    }

    fn working_folder(&self) -> Result<String, String> {
        let folder =
            std::env::current_dir().map_err(|error| format!("the working folder is unknown: {error}"))?;
        Ok(folder.to_string_lossy().into_owned())
    }

    fn home_folder(&self) -> Option<String> {
        std::env::var("HOME").ok()
    }

    fn random(&self) -> [u8; 16] {
        [0; 16]
    }
}

fn clause(path: &str, error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => format!("no file exists at {path}"),
        _ => format!("{path} cannot be read: {error}"),
    }
}
