//! What statistics by request cost, and what becomes of a Podman that answers for single containers only, on a stand-in:
//! no real Podman can be made to fail so. What real ones say is `driver_io_real.rs`'s.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/http.rs"]
mod http;
#[path = "support/stand_in.rs"]
mod stand_in;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use nomad_driver_podman::driver::stats::{Readings, Samplers};
use nomad_driver_podman::podman::{Client, Deadlines};
use serde_json::json;
use stand_in::{Asked, Reply, StandIn};
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(30);

/// The answer for all, of containers of these numbers.
fn all(numbers: impl Iterator<Item = usize>, cpu: u64) -> Reply {
    let stats: Vec<_> = numbers
        .map(|number| json!({"ContainerID": format!("c{number}"), "CPUNano": cpu, "SystemNano": cpu + 1, "MemUsage": 4096}))
        .collect();
    Reply::Whole(200, json!({"Error": null, "Stats": stats}).to_string())
}

/// The answer for one.
fn one(cpu: u64) -> Reply {
    let usage = json!({"total_usage": cpu, "usage_in_kernelmode": 0});
    let text = json!({"read": "2026-11-24T20:02:59Z", "cpu_stats": {"cpu_usage": usage}, "memory_stats": {"usage": 4096}});
    Reply::Whole(200, text.to_string())
}

fn is_for_all(asked: &Asked) -> bool {
    asked.line() == "GET /containers/stats"
}

fn client(podman: &StandIn) -> Client {
    Client::new(podman.socket(), Deadlines::default())
}

fn watch(samplers: &Samplers, client: &Client, interval: Duration, number: usize) -> Readings {
    samplers.watch(interval, client, &format!("c{number}"), None)
}

async fn next(readings: &mut Readings) -> u64 {
    timeout(PATIENCE, readings.changed()).await.expect("in time").expect("a reading");
    readings.borrow_and_update().expect("one").cpu.total
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_that_start_together_share_each_request() {
    let podman = StandIn::start(|_| all(0..500, 1));
    let (samplers, client) = (Samplers::default(), client(&podman));
    let interval = Duration::from_secs(1);
    let begun = Instant::now();
    let mut readings: Vec<_> = (0..500).map(|number| watch(&samplers, &client, interval, number)).collect();
    for readings in &mut readings {
        next(readings).await;
    }
    assert!(begun.elapsed() < interval, "the first one is there at once: {:?}", begun.elapsed());
    assert_eq!(podman.lines().len(), 1);
    for readings in &mut readings {
        next(readings).await;
    }
    assert_eq!(podman.lines().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_that_start_one_after_the_other_cost_two_requests_an_interval() {
    let podman = StandIn::start(|_| all(0..500, 1));
    let (samplers, client) = (Samplers::default(), client(&podman));
    let interval = Duration::from_millis(500);
    let begun = Instant::now();
    let mut readings = Vec::new();
    for number in 0..100 {
        readings.push(watch(&samplers, &client, interval, number));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for readings in &mut readings {
        if readings.borrow().is_none() {
            next(readings).await;
        }
    }
    let intervals = begun.elapsed().as_secs_f64() / interval.as_secs_f64();
    let requests = podman.lines().len();
    // The first one, and two in each interval that has begun.
    assert!(requests as f64 <= 1.0 + 2.0 * intervals.ceil(), "{requests} in {intervals} intervals");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_container_that_the_answer_for_all_leaves_out_is_asked_for_alone() {
    let seen = AtomicU64::new(0);
    let podman = StandIn::start(move |asked| match asked.line().as_str() {
        "GET /containers/stats" => all(0..3, 1),
        "GET /containers/c3/stats" => one(100 + seen.fetch_add(1, Ordering::SeqCst)),
        _ => Reply::Whole(404, "{}".to_owned()),
    });
    let (samplers, client) = (Samplers::default(), client(&podman));
    let mut readings: Vec<_> =
        (0..4).map(|number| watch(&samplers, &client, Duration::from_millis(50), number)).collect();
    assert_eq!([next(&mut readings[3]).await, next(&mut readings[3]).await], [100, 101]);
    assert_eq!(next(&mut readings[0]).await, 1, "the others are served by the answer for all");
    let lines = podman.lines();
    assert!(
        !lines.iter().any(|line| line.contains("/c0/") || line.contains("/c1/") || line.contains("/c2/")),
        "{lines:?}"
    );
    let early = lines.iter().position(|line| line.contains("/c3/")).unwrap();
    assert_eq!(early, 3, "not before it was left out some times: {lines:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_podman_without_an_answer_for_all_is_asked_for_each_and_now_and_then_for_all() {
    let mended = Arc::new(AtomicBool::new(false));
    let works = mended.clone();
    let podman = StandIn::start(move |asked| match is_for_all(asked) {
        true if works.load(Ordering::SeqCst) => all(0..2, 7),
        true => Reply::Whole(500, r#"{"cause":"no","message":"no","response":500}"#.to_owned()),
        false => one(5),
    });
    let (samplers, client) = (Samplers::default(), client(&podman));
    let mut readings: Vec<_> =
        (0..2).map(|number| watch(&samplers, &client, Duration::from_millis(20), number)).collect();
    for readings in &mut readings {
        assert_eq!(next(readings).await, 5);
    }
    for _ in 0..5 {
        assert_eq!(next(&mut readings[0]).await, 5);
    }
    let tries = podman.asked().iter().filter(|asked| is_for_all(asked)).count();
    assert_eq!(tries, 3, "it is not asked in vain each time");
    mended.store(true, Ordering::SeqCst);
    while next(&mut readings[0]).await != 7 {}
    while next(&mut readings[1]).await != 7 {}
}
