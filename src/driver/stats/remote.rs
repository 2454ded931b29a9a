//! Statistics from Podman itself, for control groups that this process cannot see: one request for all containers of a
//! socket and interval, however many streams there are and whenever they began. Only what that does not say is asked for
//! one by one.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use jiff::Timestamp;
use tokio::time::sleep_until;
use tracing::{debug, warn};

use super::reading::{Cpu, Memory, Moment, Reading};
use super::sampler::{Watched, Wishes};
use crate::podman::{Client, Error, Stats};

/// How long the first request for new streams waits for others: a client begins many at once.
const GATHER: Duration = Duration::from_millis(50);
/// How long new streams wait at most where a request was made a moment ago.
const WAIT: Duration = Duration::from_millis(500);
/// How often in a row the answer for all may fail, or leave a container out, before that is asked for alone.
const PATIENCE: u8 = 3;
/// After how many rounds it is tried again whether there is an answer for all.
const TRY_AGAIN: u8 = 30;
/// How many containers are asked for alone at a time.
const AT_ONCE: usize = 4;

/// Asks Podman until nobody listens.
pub(super) async fn sample(podman: Client, mut wishes: Wishes) {
    let interval = wishes.key.interval;
    let mut asker = Asker { podman, failed: 0, rounds: 0 };
    let (mut streams, mut new): (Vec<Watched>, Vec<Watched>) = (Vec::new(), Vec::new());
    let mut asked: Option<Instant> = None;
    let (mut due, mut new_due) = (Instant::now(), Instant::now());
    loop {
        streams.retain(|watched| !watched.stream.is_closed());
        new.retain(|watched| !watched.stream.is_closed());
        if streams.is_empty() && new.is_empty() && wishes.close_if_empty() {
            return;
        }
        tokio::select! {
            mut wished = wishes.next() => {
                if new.is_empty() {
                    new_due = first_due(Instant::now(), asked, interval);
                }
                new.append(&mut wished);
            }
            () = sleep_until(new_due.into()), if !new.is_empty() => {
                if streams.is_empty() {
                    due = Instant::now() + interval;
                }
                asker.read(&mut new).await;
                asked = Some(Instant::now());
                streams.append(&mut new);
            }
            () = sleep_until(due.into()), if !streams.is_empty() => {
                // They need no request of their own.
                streams.append(&mut new);
                asker.read(&mut streams).await;
                asked = Some(Instant::now());
                due = (due + interval).max(Instant::now());
            }
        }
    }
}

/// When the first of some new streams is read: soon, and so that there are never more than two requests an interval, or a
/// second.
fn first_due(now: Instant, asked: Option<Instant>, interval: Duration) -> Instant {
    let soon = now + GATHER.min(interval / 2);
    asked.map_or(soon, |asked| soon.max(asked + WAIT.min(interval / 2)))
}

/// Who asks one Podman.
struct Asker {
    podman: Client,
    /// How often in a row there was no answer for all.
    failed: u8,
    /// How many rounds went by since it was tried.
    rounds: u8,
}

impl Asker {
    /// One look at all of these. What is not said of a container is left out: its stream waits for the next one.
    async fn read(&mut self, streams: &mut [Watched]) {
        if !self.read_all(streams).await {
            return;
        }
        let podman = &self.podman;
        let one_by_one = self.failed >= PATIENCE;
        let alone = streams.iter_mut().filter(|watched| one_by_one || watched.left_out >= PATIENCE);
        futures_util::stream::iter(alone)
            .for_each_concurrent(AT_ONCE, |watched| async move {
                match podman.stats_of(&watched.container_id).await {
                    Ok(Some(stats)) => tell(watched, &stats),
                    // It does not run. Should that be wrong, it is asked for again after some rounds.
                    Ok(None) => watched.left_out = 0,
                    Err(error) => {
                        debug!(container = watched.container_id, %error, "Podman gives no statistics")
                    }
                }
            })
            .await;
    }

    /// One request for all, unless there is no answer to it. `false`: Podman cannot be asked for anything.
    async fn read_all(&mut self, streams: &mut [Watched]) -> bool {
        if self.failed >= PATIENCE && self.rounds < TRY_AGAIN {
            self.rounds += 1;
            return true;
        }
        self.rounds = 0;
        // Named containers would do, but one that has gone spoils the whole answer.
        match self.podman.stats_once(&[]).await {
            Ok(all) => {
                self.failed = 0;
                deliver(streams, &all);
                true
            }
            Err(error) if error.is_unreachable() => {
                debug!(%error, "Podman gives no statistics");
                false
            }
            Err(error) => {
                self.fail(&error);
                true
            }
        }
    }

    fn fail(&mut self, error: &Error) {
        self.failed = self.failed.saturating_add(1);
        if self.failed == PATIENCE {
            warn!(socket = %self.podman.socket().display(), %error, "Podman gives no statistics of all containers at once: each is asked for by itself");
        } else {
            debug!(%error, "Podman gives no statistics");
        }
    }
}

/// Tells each stream what is said of its container.
fn deliver(streams: &mut [Watched], all: &[Stats]) {
    let by_id: HashMap<&str, &Stats> = all.iter().map(|stats| (stats.id.as_str(), stats)).collect();
    for watched in streams {
        match by_id.get(watched.container_id.as_str()) {
            Some(stats) => {
                watched.left_out = 0;
                tell(watched, stats);
            }
            None => watched.left_out = watched.left_out.saturating_add(1),
        }
    }
}

fn tell(watched: &Watched, stats: &Stats) {
    watched.stream.send_replace(Some(reading_of(stats, Timestamp::now())));
}

/// Podman's numbers as a reading. What it does not say is not made up: neither of its two answers knows of throttling
/// (the one for a single container has zeros there), of cache, of swap, of the kernel's memory or of a peak.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_streams_wait_for_each_other_and_for_the_last_request() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let second = Duration::from_secs(1);
        assert_eq!(first_due(at(1000), None, second), at(1050), "the first ones");
        assert_eq!(first_due(at(1000), Some(at(990)), second), at(1490));
        assert_eq!(first_due(at(1000), Some(at(200)), second), at(1050), "nobody asked for some time");
        assert_eq!(
            first_due(at(1000), Some(at(990)), second * 60),
            at(1490),
            "a minute is no reason to wait longer"
        );
        assert_eq!(first_due(at(1000), Some(at(990)), second / 50), at(1010));
    }
}
