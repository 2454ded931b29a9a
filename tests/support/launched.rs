//! The plugin as a host starts it: with the cookie, its output in pipes, and its end seen.
//! Which calls it is asked is each test's business.

#![allow(dead_code)]

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

/// Longer than anything here takes, also on a busy machine.
pub const LONG: Duration = Duration::from_secs(30);
pub const COOKIE: (&str, &str) =
    ("NOMAD_PLUGIN_MAGIC_COOKIE", "e4327c2e01eabfd75a8a67adb114fb34a757d57eee7728d857a8cec6e91a7255");

/// The program with nothing of this process's environment.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nomad-driver-podman"));
    command.env_clear().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What is done with standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stderr {
    Read,
    LeftUnread,
    Closed,
}

/// A plugin that has shaken hands. It is killed when dropped.
pub struct Plugin {
    pub folder: TempDir,
    pub child: Child,
    /// The handshake, with its end.
    pub line: String,
    pub socket: PathBuf,
    stdout: BufReader<ChildStdout>,
    log: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
    _unread: Option<std::process::ChildStderr>,
}

impl Plugin {
    pub fn launch() -> Self {
        Self::with(&[], Stderr::Read)
    }

    pub fn with(environment: &[(&str, &str)], stderr: Stderr) -> Self {
        Self::of(program(), environment, stderr)
    }

    pub fn of(mut command: Command, environment: &[(&str, &str)], stderr: Stderr) -> Self {
        let folder = tempfile::tempdir().unwrap();
        command.envs([COOKIE, ("PLUGIN_PROTOCOL_VERSIONS", "2")]).env("TMPDIR", folder.path());
        let mut child = command.envs(environment.iter().copied()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let log = Arc::new(Mutex::new(String::new()));
        let mut pipe = child.stderr.take();
        let mut reader = None;
        match stderr {
            Stderr::Read => {
                let (pipe, log) = (pipe.take().unwrap(), log.clone());
                reader = Some(thread::spawn(move || {
                    for line in BufReader::new(pipe).split(b'\n') {
                        let line = String::from_utf8(line.unwrap()).unwrap();
                        log.lock().unwrap().push_str(&(line + "\n"));
                    }
                }));
            }
            Stderr::LeftUnread => {}
            Stderr::Closed => drop(pipe.take()),
        }
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let socket = line.split('|').nth(3).unwrap_or_default().into();
        Self { folder, child, line, socket, stdout, log, reader, _unread: pipe }
    }

    pub fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    pub fn kill(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    /// Waits for the end.
    pub fn ended(&mut self) -> ExitStatus {
        let begin = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(begin.elapsed() < LONG, "the plugin does not end");
            thread::sleep(Duration::from_millis(2));
        }
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// What came on standard output behind the handshake, until its end.
    pub fn rest_of_stdout(&mut self) -> String {
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        rest
    }

    /// All records so far.
    pub fn records(&self) -> Vec<Value> {
        self.log.lock().unwrap().lines().map(record).collect()
    }

    /// Waits for a record.
    pub fn record_with(&self, is_wanted: impl Fn(&Value) -> bool) -> Value {
        let begin = Instant::now();
        loop {
            if let Some(record) = self.records().into_iter().find(&is_wanted) {
                return record;
            }
            assert!(begin.elapsed() < LONG, "no such record: {:#?}", self.records());
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// All records until the end of standard error.
    pub fn records_to_the_end(&mut self) -> Vec<Value> {
        self.reader.take().unwrap().join().unwrap();
        self.records()
    }
}

impl Drop for Plugin {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A line as the host reads it, which trusts the types of three members.
pub fn record(line: &str) -> Value {
    assert!(line.len() < 64 << 10, "a host cuts lines of 64 KiB: {} bytes", line.len());
    let record: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    let level = record["@level"].as_str().unwrap();
    assert!(["trace", "debug", "info", "warn", "error"].contains(&level), "{line}");
    assert!(!record["@message"].as_str().unwrap().is_empty(), "{line}");
    assert!(record["@module"].as_str().unwrap().split('.').next() == Some("podman"), "{line}");
    let time = record["@timestamp"].as_str().unwrap();
    let form: String =
        time.chars().map(|character| if character.is_ascii_digit() { '0' } else { character }).collect();
    assert_eq!(form, "0000-00-00T00:00:00.000000Z", "{line}");
    record
}

/// The signal that ended a process.
pub fn signal(status: ExitStatus) -> Option<i32> {
    status.signal()
}
