//! The three sources of statistics held against each other and against Podman's own numbers, of a container that works.
//! Each is read at a moment of its own: so the kernel's accounts are read before and after each answer of Podman, and
//! what only grows has to lie between.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/podman.rs"]
mod support;

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use jiff::Timestamp;
use nomad_driver_podman::driver::settings::Node;
use nomad_driver_podman::driver::stats::cgroup::Account;
use nomad_driver_podman::driver::stats::reading::{Cpu, Memory, Moment, Reading, cpu_usage};
use nomad_driver_podman::driver::stats::{Samplers, reading_of};
use nomad_driver_podman::podman::{Client, Deadlines, Stats};
use serde_json::{Value, json};
use support::{IMAGE, Podman, Service, on, within};

/// What the container holds, in bytes.
const HELD: u64 = 50_000_000;
/// How much the kernel may have booked in advance: 64 pages for each processor, of which there may be some.
const BOOKED: u64 = 4 << 20;

#[test]
fn on_the_distributions_podman() {
    on(Podman::Distribution, compared);
}

#[test]
fn on_the_podman_of_forky() {
    on(Podman::Forky, compared);
}

/// A container with two loops that never rest, and a variable and a file of this size. It is ready when both processes
/// are there.
fn working(service: &Service) -> String {
    let script = format!(
        "head -c {HELD} /dev/zero > /tmp/zeros; x=$(head -c {HELD} /dev/zero | tr '\\0' x); \
         while :; do :; done & touch /tmp/ready; while :; do :; done"
    );
    let id = service.create(&json!({
        "image": IMAGE, "command": ["sh", "-c", script], "netns": {"nsmode": "none"},
        "resource_limits": {"cpu": {"quota": 10_000, "period": 100_000}}
    }));
    service.start_container(&id);
    let path = format!("/containers/{id}/archive?path=/tmp/ready");
    let is_ready = within(Duration::from_secs(60), || service.request("HEAD", &path, None).0 == 200);
    assert!(is_ready, "the container is not ready");
    id
}

fn compared(service: &Service) {
    let id = working(service);
    let path = service.inspect(&id)["State"]["CgroupPath"].as_str().unwrap().to_owned();
    let folders = Samplers::default().folders(&id, &path).expect("its control group is seen from here");
    // A new one each time: it is not to remember.
    let kernel = || Account::open(folders.clone()).unwrap().read().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = Client::new(service.socket(), Deadlines::default());
    let first = kernel();
    let (mut last, mut rounds) = (first, 0);
    // It works for a part of each tenth of a second only, and at least some answers are to fall into such a part. Beside
    // others it may get less than that part for a while, and is not held up then.
    while rounds < 5 || last.0.total < first.0.total + 200_000_000 || last.0.throttled_time == Some(0) {
        rounds += 1;
        let before = kernel();
        let all = runtime.block_on(client.stats_once(&[])).unwrap();
        let between = kernel();
        let one = runtime.block_on(client.stats_of(&id)).unwrap().expect("it runs");
        let after = kernel();
        let all = all.iter().find(|stats| stats.id == id).expect("it runs");
        let (batched, single) = (reading(all), reading(&one));
        lies_between(&before, &batched, &between);
        lies_between(&between, &single, &after);
        assert!(all.pids >= 2 && one.pids >= 2);
        last = after;
        assert!(rounds < 10_000, "it does not work: {first:?}, {last:?}");
    }
    assert!(last.0.user > first.0.user, "programs work here, not the kernel");
    assert!(last.0.throttled_periods.unwrap() > 0 && last.0.throttled_time.unwrap() > 0, "and was held up");
    let memory = last.1;
    assert!(memory.usage >= 2 * HELD && memory.cache.unwrap() >= HELD, "{memory:?}");
    assert!(memory.max_usage.unwrap() >= memory.usage, "{memory:?}");
    its_percent_is_ours(service, &id);
    service.remove(&id);
}

fn reading(stats: &Stats) -> Reading {
    reading_of(stats, Timestamp::now())
}

/// A part of the processor's time: its name, and how it is read.
type Part = (&'static str, fn(&Cpu) -> u64);

/// Podman's answer is one of the time between two looks at the kernel's accounts.
#[track_caller]
fn lies_between(before: &(Cpu, Memory), podmans: &Reading, after: &(Cpu, Memory)) {
    let parts: [Part; 2] = [("all", |cpu| cpu.total), ("the kernel's", |cpu| cpu.system.unwrap())];
    for (part, of) in parts {
        let (from, is, to) = (of(&before.0), of(&podmans.cpu), of(&after.0));
        assert!(from <= is && is <= to, "{part}: {from} <= {is} <= {to}");
    }
    // The rest is the programs'. The kernel's files are read one after the other, the total first: what was used by a
    // look's end is not more than the next look's total.
    for (cpu, total) in [(&before.0, after.0.total), (&podmans.cpu, podmans.cpu.total)] {
        assert!(cpu.user.unwrap() + cpu.system.unwrap() <= total, "{cpu:?}, {total}");
    }
    // Memory does not only grow, and what Podman counts of the cache differs between its versions: none of it (4.7 to
    // 5.5), what is active (from 5.6), all of it before. What is held apart from it is in every one.
    let (least, most) = (before.1.usage.min(after.1.usage), before.1.usage.max(after.1.usage));
    let cache = before.1.cache.unwrap().max(after.1.cache.unwrap());
    let usage = podmans.memory.usage;
    assert!(
        usage + cache + BOOKED >= least && usage <= most + BOOKED,
        "{usage} of {least} to {most}, cache {cache}"
    );
    assert!(usage >= HELD, "{usage}");
}

/// The share that Podman itself makes of two of its samples is the one that we make of them.
fn its_percent_is_ours(service: &Service, id: &str) {
    let mut stream = UnixStream::connect(service.socket()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    // To HTTP 1.0 a body comes as it is.
    stream.write_all(b"GET /v4.0.0/libpod/containers/stats?stream=true&interval=1 HTTP/1.0\r\n\r\n").unwrap();
    let lines = BufReader::new(stream).lines().map(Result::unwrap);
    let samples = lines.filter(|line| line.starts_with('{')).map(|line| {
        let report: Value = serde_json::from_str(&line).unwrap();
        let all = report["Stats"].as_array().unwrap();
        all.iter().find(|stats| stats["ContainerID"] == *id).expect("it runs").clone()
    });
    let samples: Vec<_> = samples.take(3).collect();
    assert_eq!(samples.len(), 3, "the stream ends early");
    let read = |sample: &Value| reading(&serde_json::from_value(sample.clone()).unwrap());
    for pair in samples.windows(2) {
        let (before, now) = (read(&pair[0]), read(&pair[1]));
        assert!(matches!(now.moment, Moment::Podmans(at) if at > 0));
        let ours = cpu_usage(Some(&before), &now, Node::default()).percent;
        let theirs = pair[1]["CPU"].as_f64().unwrap();
        // The same numbers, divided in another order.
        assert!((ours - theirs).abs() < 1e-6, "{ours} and {theirs}");
        assert!(ours > 0.0);
    }
}
