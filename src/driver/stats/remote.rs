//! Statistics from Podman itself, for control groups that this process cannot see: one request for all containers of a
//! socket and interval, however many streams there are.

use std::collections::HashMap;
use std::time::Instant;

use jiff::Timestamp;
use tokio::time::sleep_until;
use tracing::debug;

use super::reading::{Cpu, Memory, Moment, Reading};
use super::sampler::{Watched, Wishes};
use crate::podman::{Client, Stats};

/// Asks Podman until nobody listens.
pub(super) async fn sample(podman: Client, mut wishes: Wishes) {
    let interval = wishes.key.interval;
    let mut streams: Vec<Watched> = Vec::new();
    let mut due = Instant::now();
    loop {
        streams.retain(|watched| !watched.stream.is_closed());
        if streams.is_empty() {
            if wishes.close_if_empty() {
                return;
            }
            due = Instant::now() + interval;
        }
        tokio::select! {
            mut new = wishes.next() => {
                read(&podman, &mut new).await;
                streams.append(&mut new);
            }
            () = sleep_until(due.into()), if !streams.is_empty() => {
                read(&podman, &mut streams).await;
                due = (due + interval).max(Instant::now());
            }
        }
    }
}

/// One request. What it does not say of a container is left out: its stream waits for the next one.
async fn read(podman: &Client, streams: &mut [Watched]) {
    // Named containers would do, but one that has gone spoils the whole answer.
    let all = match podman.stats_once(&[]).await {
        Ok(all) => all,
        Err(error) => return debug!(%error, "Podman gives no statistics"),
    };
    let now = Timestamp::now();
    let by_id: HashMap<&str, &Stats> = all.iter().map(|stats| (stats.id.as_str(), stats)).collect();
    for watched in streams {
        if let Some(stats) = by_id.get(watched.container_id.as_str()) {
            watched.stream.send_replace(Some(reading_of(stats, now)));
        }
    }
}

/// Podman's numbers as a reading. What it does not say (throttling, swap, the kernel's memory) is not made up.
pub fn reading_of(stats: &Stats, time: Timestamp) -> Reading {
    let cpu = Cpu {
        total: stats.cpu_nanos,
        user: stats.cpu_nanos.checked_sub(stats.cpu_system_nanos),
        system: Some(stats.cpu_system_nanos),
        ..Cpu::default()
    };
    let memory = Memory { usage: stats.memory, ..Memory::default() };
    Reading { time, moment: Moment::Podmans(stats.at_nanos), cpu, memory }
}
