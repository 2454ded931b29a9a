//! `TaskStats`: what a task uses of processors and memory, as often as its client asks. The kernel's own accounts are read
//! where this process sees them; elsewhere Podman is asked, once for all containers of a socket.

pub mod cgroup;
pub mod hierarchy;
pub mod reading;
mod remote;
mod sampler;
mod slots;

use std::sync::Arc;
use std::time::Duration;

use futures_util::Stream;
use tokio::sync::watch;
use tokio::time::sleep;

pub use remote::reading_of;
pub use sampler::{Readings, Samplers};

use super::Driver;
use super::task::{Phase, Status, Task};
use crate::plugin::generated::driver::{TaskStats, TaskStatsResponse};

/// How often a client is told that does not say it.
const DEFAULT_INTERVAL: Duration = Duration::from_secs(1);

/// Shorter intervals are taken for this one: accounts say little about less.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(10);

/// Longer intervals are taken for this one: a clock has an end.
const LONGEST_INTERVAL: Duration = Duration::from_secs(24 * 60 * 60);

/// The statistics of a task: the first at once, then one each `interval` (none or zero: 1 s). The stream ends when the
/// task has ended or is forgotten, and frees everything when it is dropped.
pub fn stream(
    driver: Arc<Driver>,
    task: &Task,
    interval: Option<Duration>,
) -> impl Stream<Item = TaskStatsResponse> + use<> {
    let interval = interval.filter(|interval| !interval.is_zero()).unwrap_or(DEFAULT_INTERVAL);
    let interval = interval.clamp(SHORTEST_INTERVAL, LONGEST_INTERVAL);
    let follower = Follower {
        status: task.status.clone(),
        podman: task.socket.podman.clone(),
        container_id: task.container_id.clone(),
        interval,
        course: reading::Course::default(),
        driver,
        readings: None,
    };
    futures_util::stream::unfold(follower, |mut follower| async move {
        let stats = follower.next().await?;
        Some((TaskStatsResponse { stats: Some(stats) }, follower))
    })
}

/// One stream.
struct Follower {
    driver: Arc<Driver>,
    status: watch::Receiver<Status>,
    podman: crate::podman::Client,
    container_id: String,
    interval: Duration,
    course: reading::Course,
    /// What is read, and the control group that it was asked for with.
    readings: Option<(Readings, Option<String>)>,
}

impl Follower {
    /// The next message; `None` when the task has ended.
    async fn next(&mut self) -> Option<TaskStats> {
        loop {
            let cgroup = self.running()?;
            if self.readings.as_ref().is_none_or(|(_, asked)| *asked != cgroup) {
                let samplers = &self.driver.samplers;
                let readings =
                    samplers.watch(self.interval, &self.podman, &self.container_id, cgroup.as_deref());
                self.readings = Some((readings, cgroup));
            }
            let (readings, _) = self.readings.as_mut()?;
            tokio::select! {
                changed = self.status.changed() => changed.ok()?,
                changed = readings.changed() => match changed {
                    Ok(()) => {
                        let reading = *readings.borrow_and_update();
                        if let Some(reading) = reading {
                            return Some(self.course.next(reading, self.driver.settings().node));
                        }
                    }
                    Err(_) => {
                        // The accounts are gone, and most probably the container with them: its supervisor will say so.
                        self.readings = None;
                        tokio::select! {
                            changed = self.status.changed() => changed.ok()?,
                            () = sleep(self.interval) => {}
                        }
                    }
                },
            }
        }
    }

    /// The task's control group, as far as it is known; `None` when it has ended or nobody supervises it any more.
    fn running(&mut self) -> Option<Option<String>> {
        self.status.has_changed().ok()?;
        let status = self.status.borrow_and_update();
        match status.phase {
            Phase::Ended(_) => None,
            Phase::Running | Phase::Unknown => Some(status.cgroup_path.clone()),
        }
    }
}
