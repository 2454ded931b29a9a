//! What it costs to carry a task's output from the file that Podman writes to Nomad's pipe, beside `cat` with the same
//! file into a pipe. Who reads throws everything away. Ratios count; both sides of one are measured in the same run.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use nomad_driver_podman::driver::logs::holder::Program;
use nomad_driver_podman::driver::logs::{Facts, Progress, Source, follow, split};
use nomad_driver_podman::driver::task::{Exit, Phase, Status};
use nomad_driver_podman::podman::{Client, Deadlines};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use tokio::sync::watch;

/// How large the file is, in bytes.
const SIZE: usize = 128 << 20;

/// A file as conmon writes it, of lines of this length.
fn write_log(path: &Path, length: usize) {
    split::make(path, None).expect("the file can be made");
    let text = "x".repeat(length - 1);
    let line = format!("2026-11-24T12:00:00.000000000+00:00 stdout F {text}\n");
    std::fs::write(path, line.repeat(SIZE / line.len())).expect("the file can be written");
}

/// Reads until there is no writer, and throws it away.
fn drain(mut pipe: impl Read) -> usize {
    let mut buffer = vec![0; 64 << 10];
    let mut all = 0;
    loop {
        match pipe.read(&mut buffer) {
            Ok(0) => return all,
            Ok(length) => all += length,
            Err(error) => panic!("{error}"),
        }
    }
}

fn cat(log: &Path) -> Duration {
    let started = Instant::now();
    let mut cat = Command::new("cat").arg(log).stdout(Stdio::piped()).spawn().expect("cat starts");
    drain(cat.stdout.take().expect("its output"));
    assert!(cat.wait().expect("cat ends").success());
    started.elapsed()
}

fn carry(runtime: &tokio::runtime::Runtime, folder: &Path, log: PathBuf) -> Duration {
    let pipe = |name: &str| {
        let path = folder.join(name);
        let _ = std::fs::remove_file(&path);
        mknodat(CWD, &path, FileType::Fifo, Mode::from_raw_mode(0o600), 0).expect("a pipe can be made");
        path
    };
    let (stdout, stderr) = (pipe("stdout"), pipe("stderr"));
    let holder =
        Program { folder: folder.to_owned(), path: PathBuf::from(env!("CARGO_BIN_EXE_nomad-driver-podman")) };
    let facts = Facts {
        container_id: "bench".to_owned(),
        stdout: stdout.clone(),
        stderr,
        source: Source::File(log),
        holder,
    };
    let ended =
        Status { phase: Phase::Ended(Exit::default()), started_at: None, pid: None, cgroup_path: None };
    let (_status, seen) = watch::channel(ended);
    let reader = std::thread::spawn(move || drain(File::open(stdout).expect("the pipe opens")));
    let podman = Client::new(Path::new("/nonexistent"), Deadlines::default());
    let started = Instant::now();
    runtime.block_on(follow(facts, podman, seen, Progress::default()));
    // Without the prefixes it is less than the file, and much less where lines are short.
    assert!(reader.join().expect("the reader ends") > SIZE / 4);
    started.elapsed()
}

fn logs(c: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("web.log");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let mut group = c.benchmark_group("output from file to pipe");
    group.sample_size(10).measurement_time(Duration::from_secs(5)).throughput(Throughput::Bytes(SIZE as u64));
    for length in [20, 100, 1000, 8000] {
        let timed = |times: u64, one: &dyn Fn() -> Duration| {
            let each = (0..times).map(|_| {
                write_log(&log, length);
                one()
            });
            each.sum::<Duration>()
        };
        group.bench_function(format!("cat, lines of {length} bytes"), |b| {
            b.iter_custom(|times| timed(times, &|| cat(&log)));
        });
        group.bench_function(format!("split, lines of {length} bytes"), |b| {
            b.iter_custom(|times| timed(times, &|| carry(&runtime, folder.path(), log.clone())));
        });
    }
    group.finish();
}

criterion_group!(benches, logs);
criterion_main!(benches);
