//! Jobs on a real Nomad agent with our plugin and a real Podman. One agent serves all scenarios: first those that leave
//! each other alone, several at a time, then one by one those that end, kill or stop what all stand on.

// A test that cannot go on panics; that is its way to fail.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod allocation;
mod api;
mod cluster;
mod inside;
mod jobs;
#[path = "../tests/support/launched.rs"]
mod launched;
mod logs;
mod scenarios;
#[path = "../tests/support/podman.rs"]
mod support;
#[path = "../tests/support/vectors.rs"]
mod vectors;
#[path = "../tests/support/wire.rs"]
mod wire;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use cluster::Cluster;
use scenarios::Scenario;
use support::{Podman, Service, beside, on, say};

/// How many scenarios share the agent at one time.
const AT_ONCE: usize = 4;

/// Names scenarios by a part of their names, for whoever works on one of them. Without it all run.
const ONLY: &str = "E2E_ONLY";

#[test]
fn jobs_on_the_distributions_podman() {
    on(Podman::Distribution, jobs_run);
}

#[test]
fn jobs_on_the_podman_of_forky() {
    on(Podman::Forky, jobs_run);
}

#[test]
fn jobs_on_a_rootless_podman_beside_a_rootful_one() {
    beside(Podman::Trixie, Some("other"), |service| scenarios_hold(service, scenarios::BESIDE, &[]));
}

fn jobs_run(service: &Service) {
    scenarios_hold(service, scenarios::TOGETHER, scenarios::ALONE);
}

fn scenarios_hold(service: &Service, together: &[(&str, Scenario)], alone: &[(&str, Scenario)]) {
    let started = Instant::now();
    let cluster = Cluster::start(service);
    say(&format!("{}: the node is ready after {:.1?}", service.podman(), started.elapsed()));

    let mut failures = run(&cluster, together, AT_ONCE);
    failures.extend(run(&cluster, alone, 1));
    if failures.is_empty() {
        let left = cluster.containers("");
        assert!(left.is_empty(), "left behind when all is over: {left:?}");
    }
    assert!(failures.is_empty(), "{}: {}\n{}", service.version(), failures.join("\n\n"), cluster.log_tail());
}

/// Runs scenarios, so many at a time, and gives what is wrong.
fn run(cluster: &Cluster<'_>, scenarios: &[(&str, Scenario)], at_once: usize) -> Vec<String> {
    let only = std::env::var(ONLY).unwrap_or_default();
    let scenarios: Vec<_> = scenarios.iter().filter(|(name, _)| name.contains(&only)).collect();
    let (next, failures) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                while let Some((name, scenario)) = scenarios.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let started = Instant::now();
                    let outcome = catch_unwind(AssertUnwindSafe(|| scenario(cluster)));
                    let (podman, elapsed) = (cluster.service.podman(), started.elapsed());
                    let word = if outcome.is_ok() { "holds" } else { "FAILS" };
                    say(&format!("{podman}: {name} {word} after {elapsed:.1?}"));
                    if let Err(cause) = outcome {
                        let text = cause.downcast_ref::<String>().cloned().unwrap_or_default();
                        failures.lock().unwrap().push(format!("{name}: {text}"));
                    }
                }
            });
        }
    });
    failures.into_inner().unwrap()
}
