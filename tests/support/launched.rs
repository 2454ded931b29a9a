//! The plugin as a host starts it: with the cookie, its output in pipes, and its end seen.
//! Which calls it is asked is each test's business.

#![allow(dead_code)]

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};
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
    log: Arc<(Mutex<String>, Condvar)>,
    reader: Option<JoinHandle<()>>,
    unread: Option<ChildStderr>,
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
        let log = Arc::new((Mutex::new(String::new()), Condvar::new()));
        let unread = child.stderr.take().filter(|_| stderr != Stderr::Closed);
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let socket = line.split('|').nth(3).unwrap_or_default().into();
        let mut plugin = Self { folder, child, line, socket, stdout, log, reader: None, unread };
        if stderr == Stderr::Read {
            plugin.read();
        }
        plugin
    }

    /// Begins to read standard error.
    pub fn read(&mut self) {
        let (pipe, log) = (self.unread.take().unwrap(), self.log.clone());
        self.reader = Some(thread::spawn(move || {
            for line in BufReader::new(pipe).split(b'\n') {
                let line = String::from_utf8(line.unwrap()).unwrap();
                log.0.lock().unwrap().push_str(&(line + "\n"));
                log.1.notify_all();
            }
        }));
    }

    pub fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    pub fn kill(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    /// Waits for the end.
    pub fn ended(&mut self) -> ExitStatus {
        let process = pidfd_open(self.pid(), PidfdFlags::empty()).unwrap();
        let limit = Timespec { tv_sec: LONG.as_secs().try_into().unwrap(), tv_nsec: 0 };
        let ended = poll(&mut [PollFd::new(&process, PollFlags::IN)], Some(&limit)).unwrap();
        assert_eq!(ended, 1, "the plugin does not end");
        self.child.wait().unwrap()
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
        records(&self.log.0.lock().unwrap())
    }

    /// Waits for a record.
    pub fn record_with(&self, is_wanted: impl Fn(&Value) -> bool) -> Value {
        let (log, grown) = &*self.log;
        let (mut seen, mut found) = (0, None);
        let mut is_missing = |log: &mut String| {
            found = records(&log[seen..]).into_iter().find(&is_wanted);
            seen = log.len();
            found.is_none()
        };
        let log = grown.wait_timeout_while(log.lock().unwrap(), LONG, &mut is_missing).unwrap().0;
        found.unwrap_or_else(|| panic!("no such record: {log}"))
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

fn records(log: &str) -> Vec<Value> {
    log.lines().map(record).collect()
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
