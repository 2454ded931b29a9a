//! What the tool costs as a process: one render from a cold start beside `/bin/true`, and a check of 1,000 job files.
//! Ratios count; both sides of one are measured in the same run.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};

const TOOL: &str = env!("CARGO_BIN_EXE_podman-driver-render");
const JOB: &str = include_str!("full-task.nomad.hcl");
const JOBS: usize = 1000;

fn run(program: &str, arguments: &[&Path]) -> bool {
    let status = Command::new(program).args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).status();
    status.expect("the program starts").success()
}

/// A folder of jobs that differ, as those of a large cluster do.
fn folder_of_jobs() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for number in 0..JOBS {
        let text = JOB
            .replace("job \"shop\"", &format!("job \"shop-{number}\""))
            .replace("1.4.2", &format!("1.4.{number}"));
        std::fs::write(folder.path().join(format!("shop-{number}.nomad.hcl")), text)
            .expect("a job can be written");
    }
    let path = folder.path().to_owned();
    (folder, path)
}

fn cli(c: &mut Criterion) {
    let example = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches/full-task.nomad.hcl");
    let size = std::fs::metadata(TOOL).expect("the tool is there").len();
    println!("the tool has {:.1} MB", size as f64 / 1e6);
    let mut group = c.benchmark_group("process");
    group.sample_size(50);
    group.bench_function("/bin/true", |b| b.iter(|| assert!(run("/bin/true", &[]))));
    group.bench_function("render of one job", |b| {
        b.iter(|| assert!(run(TOOL, &[Path::new("render"), &example])));
    });
    let (_keep, jobs) = folder_of_jobs();
    group.sample_size(10).measurement_time(Duration::from_secs(10));
    group.bench_function("check of 1,000 job files", |b| {
        b.iter(|| assert!(run(TOOL, &[Path::new("check"), &jobs])))
    });
    group.finish();
}

criterion_group!(benches, cli);
criterion_main!(benches);
