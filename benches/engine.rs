//! What one task costs: decoding its msgpack, decoding its HCL, and translating it.
//! The config is a full one: most options are set, as in a job of a large service.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use criterion::{Criterion, criterion_group, criterion_main};
use podman_driver_engine::config::{PluginConfig, Sources, TaskConfig, decode};
use podman_driver_engine::facts::{HostFacts, NomadPort, NomadTask};
use podman_driver_engine::jobspec::{self, Input};
use podman_driver_engine::source::Files;
use podman_driver_engine::translate::{Request, translate};
use std::hint::black_box;

/// The tool's own, so that what is measured is what the tool does.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const JOB: &str = include_str!("full-task.nomad.hcl");

fn full_task() -> (TaskConfig, NomadTask, HostFacts) {
    let mut files = Files::default();
    let file = files.add("full-task.nomad.hcl", JOB);
    let job = jobspec::parse(&mut files, file, &Input::nothing()).job.expect("the job parses");
    let task = job.groups.into_iter().flat_map(|group| group.tasks).next().expect("the job has a task");
    let decoded = decode::task(&task.config, None);
    assert!(decoded.diagnostics.is_empty(), "{:?}", decoded.diagnostics);
    let port = |label: &str, value| NomadPort {
        label: label.to_owned(),
        value,
        to: 8080,
        host_ip: "127.0.0.1".to_owned(),
    };
    let nomad = NomadTask {
        task_name: "web".to_owned(),
        env: (0..30).map(|n| (format!("NOMAD_META_{n}"), "a value of usual length".to_owned())).collect(),
        ports: Some(vec![port("http", 20000), port("admin", 20001)]),
        ..NomadTask::default()
    };
    (decoded.config, nomad, HostFacts::default())
}

fn engine(c: &mut Criterion) {
    let (task, nomad, host) = full_task();
    let (plugin, sources) = (PluginConfig::default(), Sources::default());
    let request = Request {
        task: &task,
        plugin: &plugin,
        nomad: &nomad,
        host: &host,
        task_sources: &sources,
        plugin_sources: &sources,
    };
    assert!(!translate(&request).has_errors(), "{:?}", translate(&request).diagnostics);
    c.bench_function("translate a full task", |b| b.iter(|| translate(black_box(&request))));
    let bytes = rmp_serde::to_vec_named(&task).expect("a config can be written");
    c.bench_function("decode a full config from msgpack", |b| {
        b.iter(|| decode::task_from_msgpack(black_box(&bytes)))
    });
    c.bench_function("parse and decode a job with a full config", |b| {
        b.iter(|| {
            let mut files = Files::default();
            let file = files.add("job", black_box(JOB));
            let job = jobspec::parse(&mut files, file, &Input::nothing()).job;
            job.map(|job| decode::task(&job.groups[0].tasks[0].config, None))
        });
    });
}

criterion_group!(benches, engine);
criterion_main!(benches);
