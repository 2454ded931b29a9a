//! Runs the built `podman-driver-render` in a folder of its own and shows what came of it.
//! What the output should be is each test's business.

#![allow(dead_code)]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// What a run gave.
#[derive(Debug)]
pub struct Run {
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
    /// Exit code; -1 where a signal ended it.
    pub code: i32,
}

/// A folder with files, gone when it is dropped.
pub struct Folder(tempfile::TempDir);

impl Folder {
    /// Makes the files, folders in their names included.
    pub fn with(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        }
        Self(folder)
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Runs the tool here, without anything on standard input.
    pub fn run(&self, arguments: &[&str]) -> Run {
        self.run_with(arguments, "", &[])
    }

    /// Runs the tool here with a text on standard input and variables in the environment.
    pub fn run_with(&self, arguments: &[&str], input: &str, environment: &[(&str, &str)]) -> Run {
        let mut child = Command::new(env!("CARGO_BIN_EXE_podman-driver-render"))
            .args(arguments)
            .envs(environment.iter().copied())
            .current_dir(self.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the tool starts");
        // The tool may end without reading all of it.
        let _ = child.stdin.take().expect("standard input").write_all(input.as_bytes());
        let output = child.wait_with_output().expect("the tool ends");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        Run { out: text(output.stdout), err: text(output.stderr), code: output.status.code().unwrap_or(-1) }
    }
}

/// A job with one podman task whose `config` has these lines.
pub fn job(config: &str) -> String {
    format!(
        "job \"web\" {{\n  group \"site\" {{\n    task \"server\" {{\n      driver = \"podman\"\n\n      config {{\n{config}\n      }}\n    }}\n  }}\n}}\n"
    )
}
