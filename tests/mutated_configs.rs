//! A hundred thousand configs made by damage: recorded configs and examples, mutated as bytes, as HCL and as msgpack.
//! None may panic, hang or take much memory, and enough of them must still decode that translation is reached.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support {
    pub mod hcl;
}

use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use podman_driver_engine::config::{PluginConfig, Sources, TaskConfig, decode};
use podman_driver_engine::facts::{HostFacts, NomadTask};
use podman_driver_engine::jobspec::{self, Input};
use podman_driver_engine::source::Files;
use podman_driver_engine::translate::{Request, translate};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng};
use support::hcl::try_config_of_job;

const CASES: usize = 100_000;
/// Nothing takes even a thousandth of this; it only tells a hang from a slow machine.
const HANG: Duration = Duration::from_secs(20);
const MEMORY_KB: u64 = 200 * 1024;

/// Bodies of `config` blocks that somebody wrote.
fn seeds() -> Vec<String> {
    let mut seeds = Vec::new();
    for topic in ["basics", "images", "labels", "logging", "mounts", "network", "resources", "security"] {
        let path = format!("{}/tests/vectors/{topic}.json", env!("CARGO_MANIFEST_DIR"));
        let cases: Vec<serde_json::Value> =
            serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        seeds.extend(cases.iter().map(|case| case["task_config"].as_str().unwrap().to_owned()));
    }
    seeds.sort();
    seeds.dedup();
    seeds
}

fn job(body: &str) -> String {
    format!(
        "job \"j\" {{\ngroup \"g\" {{\ntask \"t\" {{\ndriver = \"podman\"\nconfig {{\n{body}\n}}\n}}\n}}\n}}\n"
    )
}

struct Damage<'a> {
    rng: TestRng,
    words: &'a [&'a str],
}

impl Damage<'_> {
    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.rng.next_u32()).unwrap() % limit.max(1)
    }

    /// A few bytes changed, dropped, doubled or put in, anywhere.
    fn bytes(&mut self, seed: &[u8]) -> Vec<u8> {
        let mut bytes = seed.to_vec();
        for _ in 0..=self.below(3) {
            let at = self.below(bytes.len() + 1);
            match self.below(5) {
                0 if at < bytes.len() => bytes[at] = self.rng.next_u32().to_le_bytes()[0],
                1 if at < bytes.len() => drop(bytes.remove(at)),
                2 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
                3 => {
                    let end = (at + self.below(24)).min(bytes.len());
                    let part = bytes[at..end].to_vec();
                    bytes.splice(at..at, part);
                }
                _ => bytes.insert(at, self.rng.next_u32().to_le_bytes()[0]),
            }
        }
        bytes
    }

    /// Lines of two configs mixed, values swapped for words that mean something somewhere.
    fn hcl(&mut self, one: &str, other: &str) -> String {
        let mut lines: Vec<String> = one.lines().map(str::to_owned).collect();
        match self.below(4) {
            0 => lines.extend(other.lines().filter(|line| !line.starts_with("image")).map(str::to_owned)),
            1 if !lines.is_empty() => {
                let at = self.below(lines.len());
                drop(lines.remove(at));
            }
            _ => {}
        }
        for line in &mut lines {
            if self.below(3) == 0
                && let Some((key, value)) = line.split_once(" = ")
                && value.starts_with('"')
                && value.len() > 2
            {
                let word = self.words[self.below(self.words.len())];
                *line = format!("{key} = \"{word}\"");
            }
        }
        lines.join("\n")
    }
}

#[derive(Default, Debug)]
struct Count {
    cases: usize,
    decoded: usize,
    without_errors: usize,
}

impl Count {
    fn add(&mut self, config: Option<(TaskConfig, Sources)>) {
        self.cases += 1;
        let Some((task, sources)) = config else { return };
        self.decoded += 1;
        let (nomad, host, plugin) = (nomad_task(), HostFacts::default(), PluginConfig::default());
        let request = Request {
            task: &task,
            plugin: &plugin,
            nomad: &nomad,
            host: &host,
            task_sources: &sources,
            plugin_sources: &sources,
        };
        let translation = translate(&request);
        if !translation.has_errors() {
            self.without_errors += 1;
            assert!(!serde_json::to_vec(&translation.spec).unwrap().is_empty());
        }
    }
}

/// A task that nothing is wrong with but its config: without a name, no container could be made of any.
fn nomad_task() -> NomadTask {
    NomadTask { task_name: "t".to_owned(), ..NomadTask::default() }
}

fn from_hcl(text: &str) -> Option<(TaskConfig, Sources)> {
    let node = try_config_of_job(text).ok()?;
    let decoded = decode::task(&node, None);
    let good = !decoded.diagnostics.iter().any(|diagnostic| diagnostic.is_error());
    good.then_some((decoded.config, decoded.sources))
}

/// One mutated config of each kind: bytes of a file, HCL text, msgpack.
fn one(damage: &mut Damage<'_>, seeds: &[String], packed: &[Vec<u8>], which: usize, count: &mut Count) {
    let seed = &seeds[damage.below(seeds.len())];
    match which % 3 {
        0 => {
            let bytes = damage.bytes(job(seed).as_bytes());
            let mut files = Files::default();
            let (_, parsed) = jobspec::parse_bytes(&mut files, "damaged.nomad", &bytes, &Input::nothing());
            drop(parsed);
            count.add(std::str::from_utf8(&bytes).ok().and_then(from_hcl));
        }
        1 => {
            let other = &seeds[damage.below(seeds.len())];
            let body = damage.hcl(seed, other);
            count.add(from_hcl(&job(&body)));
        }
        _ => {
            let seed = damage.below(packed.len());
            let bytes = damage.bytes(&packed[seed]);
            count.add(decode::task_from_msgpack(&bytes).ok().map(|task| (task, Sources::default())));
            drop(decode::plugin_from_msgpack(&bytes));
        }
    }
}

#[test]
fn no_damage_panics_hangs_or_grows() {
    let seeds = seeds();
    let packed: Vec<Vec<u8>> = seeds
        .iter()
        .filter_map(|seed| from_hcl(&job(seed)))
        .map(|(config, _)| rmp_serde::to_vec_named(&config).unwrap())
        .collect();
    let words = [
        "host",
        "none",
        "512m",
        "-1",
        "unlimited",
        "task:db",
        "container:",
        "ns:/run/x",
        "auto:size=5",
        "/a:/b:ro,z",
        "a:b:c:d",
        "${NOMAD_META_x}",
        "keep-id",
        "65536",
        "99999999999999999999g",
        "",
        "docker://",
        "oci-archive:x.tar",
        "5m",
        "\\u0000",
        "é",
    ];
    let mut damage = Damage { rng: TestRng::deterministic_rng(RngAlgorithm::ChaCha), words: &words };
    let mut count = Count::default();
    for case in 0..CASES {
        let began = Instant::now();
        let result = catch_unwind(AssertUnwindSafe(|| one(&mut damage, &seeds, &packed, case, &mut count)));
        assert!(result.is_ok(), "case {case} panicked");
        assert!(began.elapsed() < HANG, "case {case} took {:?}", began.elapsed());
    }
    let peak = peak_memory_kb();
    // Written past the test runner's capture: these numbers say what the run was worth.
    let told = writeln!(
        std::io::stdout(),
        "{} configs: {} decoded, {} translated without errors, peak memory {peak} KiB",
        count.cases,
        count.decoded,
        count.without_errors
    );
    assert!(told.is_ok());
    assert!(
        count.cases == CASES && count.decoded * 3 >= CASES && count.without_errors * 10 >= CASES,
        "{count:?}"
    );
    assert!(peak < MEMORY_KB, "peak memory was {peak} KiB");
}

/// The process's peak resident memory in KiB.
fn peak_memory_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
