//! The output of tasks that log to the journal, from a real journald and both Podmans to Nomad's pipes: every line once,
//! in order, however often the driver goes away and comes back.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/podman.rs"]
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use nomad_driver_podman::driver::logs::holder::Program;
use nomad_driver_podman::driver::logs::{Facts, Progress, Source, follow};
use nomad_driver_podman::driver::task::{Exit, Phase, Status};
use nomad_driver_podman::podman::{Client, Deadlines};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use serde_json::json;
use support::{IMAGE, Podman, Service, on};
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::OpenOptions;
use tokio::sync::watch;

#[test]
fn from_the_distributions_podman() {
    on(Podman::Distribution, |service| {
        every_line_once(service);
        without_a_journal(service);
    });
}

#[test]
fn from_the_podman_of_forky() {
    on(Podman::Forky, |service| {
        every_line_once(service);
        without_a_journal(service);
    });
}

/// How many lines the task writes to each of its outputs.
const LINES: usize = 1500;

fn every_line_once(service: &Service) {
    let journal = Journal::start(service);
    let script = format!(
        "i=0; while [ $i -lt {LINES} ]; do echo out $i; echo err $i >&2; i=$((i+1)); [ $((i%50)) = 0 ] && usleep 20000; done; \
         head -c 100000 /dev/zero | tr '\\0' x; echo; printf '\\377\\001 last'; sleep 600"
    );
    let id = service.create(&json!({
        "image": IMAGE, "command": ["sh", "-c", script], "netns": {"nsmode": "none"},
        "log_configuration": {"driver": "journald"}
    }));
    service.start_container(&id);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let cursors = service.folder().join("cursors");
    let facts = Facts {
        container_id: id.clone(),
        stdout: service.folder().join("stdout.fifo"),
        stderr: service.folder().join("stderr.fifo"),
        source: journal_of(true, &cursors, &journal.log),
        holder: holder(&cursors),
    };
    for pipe in [&facts.stdout, &facts.stderr] {
        mknodat(CWD, pipe, FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap();
    }
    let podman = Client::new(service.socket(), Deadlines::default());
    runtime.block_on(async {
        let (status, seen) =
            watch::channel(Status { phase: Phase::Running, started_at: None, pid: None, cgroup_path: None });
        // Nobody reads yet.
        let follower = tokio::spawn(follow(facts.clone(), podman.clone(), seen.clone(), Progress::default()));
        tokio::time::sleep(Duration::from_millis(400)).await;
        let (out, err) = (read(&facts.stdout), read(&facts.stderr));
        until("something came", || !out.lock().unwrap().is_empty()).await;
        end(follower).await;
        for pause in [5, 20, 50, 100, 200] {
            let recovered = Facts { source: journal_of(false, &cursors, &journal.log), ..facts.clone() };
            let follower = tokio::spawn(follow(recovered, podman.clone(), seen.clone(), Progress::default()));
            tokio::time::sleep(Duration::from_millis(200 + pause)).await;
            end(follower).await;
        }
        let recovered = Facts { source: journal_of(false, &cursors, &journal.log), ..facts.clone() };
        let follower = tokio::spawn(follow(recovered, podman.clone(), seen, Progress::default()));
        until("the last line of the loop came", || out.lock().unwrap().len() > 100_000).await;
        podman.kill_container(&id, "KILL").await.unwrap();
        status.send_modify(|status| status.phase = Phase::Ended(Exit::default()));
        tokio::time::timeout(Duration::from_secs(20), follower)
            .await
            .expect("it ends with the task")
            .unwrap();

        let numbered = |name: &str| (0..LINES).map(|line| format!("{name} {line}\n")).collect::<String>();
        let mut expected = numbered("out").into_bytes();
        expected.extend(std::iter::repeat_n(b'x', 100_000));
        expected.extend(b"\n\xff\x01 last");
        check(&out.lock().unwrap(), &expected);
        check(&err.lock().unwrap(), numbered("err").as_bytes());
        let places = fs::read_dir(&cursors).unwrap().map(|entry| entry.unwrap().path());
        let places: Vec<_> =
            places.filter(|path| path.extension().is_some_and(|end| end == "cursor")).collect();
        assert!(places.is_empty(), "its place is forgotten: {places:?}");
    });
}

/// Podman is asked where `journalctl` finds nothing: here for a container that logs to a file of Podman's own.
fn without_a_journal(service: &Service) {
    let id = service.create(&json!({
        "image": IMAGE, "command": ["sh", "-c", "echo out; echo err >&2; exec sleep 600"],
        "netns": {"nsmode": "none"}, "log_configuration": {"driver": "k8s-file"}
    }));
    service.start_container(&id);
    let facts = Facts {
        container_id: id.clone(),
        stdout: service.folder().join("rest.stdout.fifo"),
        stderr: service.folder().join("rest.stderr.fifo"),
        source: journal_of(true, &service.folder().join("cursors"), &service.folder().join("missing")),
        holder: holder(&service.folder().join("cursors")),
    };
    for pipe in [&facts.stdout, &facts.stderr] {
        mknodat(CWD, pipe, FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap();
    }
    let podman = Client::new(service.socket(), Deadlines::default());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let (_status, seen) =
            watch::channel(Status { phase: Phase::Running, started_at: None, pid: None, cgroup_path: None });
        let (out, err) = (read(&facts.stdout), read(&facts.stderr));
        let follower = tokio::spawn(follow(facts.clone(), podman.clone(), seen.clone(), Progress::default()));
        until("both lines came", || !out.lock().unwrap().is_empty() && !err.lock().unwrap().is_empty()).await;
        end(follower).await;
        // The next process repeats nothing, and ends with the container.
        let follower = tokio::spawn(follow(facts.clone(), podman.clone(), seen, Progress::default()));
        podman.kill_container(&id, "KILL").await.unwrap();
        tokio::time::timeout(Duration::from_secs(20), follower).await.expect("it ends").unwrap();
        check(&out.lock().unwrap(), b"out\n");
        check(&err.lock().unwrap(), b"err\n");
    });
}

fn journal_of(from_beginning: bool, cursors: &Path, folder: &Path) -> Source {
    Source::Journal { from_beginning, cursors: cursors.to_owned(), folder: Some(folder.to_owned()) }
}

fn holder(folder: &Path) -> Program {
    Program { folder: folder.to_owned(), path: env!("CARGO_BIN_EXE_nomad-driver-podman").into() }
}

/// As the end of a process does: the next one finds nothing of it at work any more.
async fn end(follower: tokio::task::JoinHandle<()>) {
    follower.abort();
    assert!(follower.await.unwrap_err().is_cancelled());
}

#[track_caller]
fn check(received: &[u8], sent: &[u8]) {
    let same = received.iter().zip(sent).take_while(|(received, sent)| received == sent).count();
    let around = |bytes: &[u8]| {
        let part = &bytes[same.saturating_sub(60).min(bytes.len())..(same + 60).min(bytes.len())];
        String::from_utf8_lossy(part).into_owned()
    };
    assert!(
        received == sent,
        "{} of {} bytes, and from {same} on other ones: {:?} instead of {:?}",
        received.len(),
        sent.len(),
        around(received),
        around(sent)
    );
}

/// Reads a pipe as Nomad's logmon does, for as long as the runtime lives.
fn read(pipe: &Path) -> Arc<Mutex<Vec<u8>>> {
    let mut pipe = OpenOptions::new().read_write(true).open_receiver(pipe).unwrap();
    let all = Arc::new(Mutex::new(Vec::new()));
    let seen = all.clone();
    tokio::spawn(async move {
        let mut piece = [0; 4096];
        while let Ok(length) = pipe.read(&mut piece).await {
            all.lock().unwrap().extend_from_slice(&piece[..length]);
        }
    });
    seen
}

async fn until(what: &str, done: impl Fn() -> bool) {
    let started = Instant::now();
    while !done() {
        assert!(started.elapsed() < Duration::from_secs(60), "not within a minute: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A journald for one service, in a namespace of its own. It ends with this value.
struct Journal {
    daemon: Child,
    log: PathBuf,
}

impl Journal {
    fn start(service: &Service) -> Self {
        let (sockets, log) = (service.folder().join("journal"), service.folder().join("log"));
        fs::create_dir_all(&sockets).unwrap();
        fs::create_dir_all(&log).unwrap();
        let script = "mount -t tmpfs tmpfs /run
            mkdir -p /run/systemd/journal /run/log/journal
            mount --bind \"$1\" /run/systemd/journal
            mount --bind \"$2\" /run/log/journal
            exec /lib/systemd/systemd-journald";
        let daemon = Command::new("unshare")
            .args(["--mount", "--propagation", "private", "sh", "-ec", script, "sh"])
            .args([&sockets, &log])
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let started = Instant::now();
        while !sockets.join("socket").exists() {
            assert!(started.elapsed() < Duration::from_secs(20), "journald does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        // Where Podman and conmon look for it.
        fs::create_dir_all(service.root().join("run/systemd")).unwrap();
        std::os::unix::fs::symlink(&sockets, service.root().join("run/systemd/journal")).unwrap();
        Self { daemon, log }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}
