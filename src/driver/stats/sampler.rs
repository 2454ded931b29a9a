//! Reads accounts in time and tells each stream. There is one sampler for each interval that somebody asks for, and one
//! for each interval and Podman whose control groups cannot be seen from here; without streams there is none.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio::time::sleep_until;

use super::cgroup::Account;
use super::hierarchy::{Folders, Hierarchy};
use super::reading::{Moment, Reading};
use super::slots::Slots;
use crate::podman::Client;

/// What a stream sees: the latest reading, `None` before the first. It closes when there is nothing left to read.
pub type Readings = watch::Receiver<Option<Reading>>;

/// The samplers of one driver.
#[derive(Debug, Clone, Default)]
pub struct Samplers {
    open: Arc<Mutex<HashMap<Key, mpsc::UnboundedSender<Watched>>>>,
    hierarchy: Arc<OnceLock<Option<Hierarchy>>>,
}

/// Which sampler: the interval, and the socket where Podman has to be asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) interval: Duration,
    pub(super) socket: Option<PathBuf>,
}

/// One stream's wish.
#[derive(Debug)]
pub(super) struct Watched {
    pub(super) container_id: String,
    /// `None` where Podman has to be asked.
    account: Option<Account>,
    /// How often in a row Podman's answer for all did not have it.
    pub(super) left_out: u8,
    pub(super) stream: watch::Sender<Option<Reading>>,
}

impl Samplers {
    /// Readings of a container: the first at once, then one an interval until the receiver is dropped.
    /// `cgroup_path` is what Podman calls its control group.
    pub fn watch(
        &self,
        interval: Duration,
        podman: &Client,
        container_id: &str,
        cgroup_path: Option<&str>,
    ) -> Readings {
        let account = cgroup_path.and_then(|path| self.folders(container_id, path)).and_then(Account::open);
        let socket = account.is_none().then(|| podman.socket().to_owned());
        let (stream, readings) = watch::channel(None);
        let watched = Watched { container_id: container_id.to_owned(), account, left_out: 0, stream };
        self.send(Key { interval, socket }, watched, podman);
        readings
    }

    /// Whether somebody is served. A sampler leaves within an interval after its last stream.
    pub fn is_idle(&self) -> bool {
        self.lock().is_empty()
    }

    /// The folders of a container's own control group, where it has one that is seen from here.
    pub fn folders(&self, container_id: &str, path: &str) -> Option<Folders> {
        // A path without the container's ID is a group that it shares with others: with the service, for example.
        let own = path.contains(container_id);
        let hierarchy = self.hierarchy.get_or_init(Hierarchy::of_this_process).as_ref();
        hierarchy.filter(|_| own)?.folders(path)
    }

    fn send(&self, key: Key, watched: Watched, podman: &Client) {
        let mut open = self.lock();
        let watched = match open.get(&key) {
            Some(sampler) => match sampler.send(watched) {
                Ok(()) => return,
                // Its task has died: the next one takes over.
                Err(refused) => refused.0,
            },
            None => watched,
        };
        let (sampler, wishes) = mpsc::unbounded_channel();
        // A channel whose receiver is at hand takes everything.
        let _ = sampler.send(watched);
        open.insert(key.clone(), sampler);
        let wishes = Wishes { samplers: self.clone(), key, wishes };
        if wishes.key.socket.is_some() {
            tokio::spawn(super::remote::sample(podman.clone(), wishes));
        } else {
            tokio::spawn(sample(wishes));
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, mpsc::UnboundedSender<Watched>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a sampler is asked for.
#[derive(Debug)]
pub(super) struct Wishes {
    samplers: Samplers,
    pub(super) key: Key,
    wishes: mpsc::UnboundedReceiver<Watched>,
}

impl Wishes {
    /// Waits for the next ones, and gives all that are there.
    pub(super) async fn next(&mut self) -> Vec<Watched> {
        let mut all: Vec<_> = self.wishes.recv().await.into_iter().collect();
        while let Ok(next) = self.wishes.try_recv() {
            all.push(next);
        }
        all
    }

    /// Takes the sampler off the list if nothing waits for it. Then it has to end.
    pub(super) fn close_if_empty(&mut self) -> bool {
        // Wishes are sent under this lock, so none can come in between.
        let mut open = self.samplers.lock();
        let empty = self.wishes.is_empty();
        if empty {
            open.remove(&self.key);
        }
        empty
    }
}

/// Reads control groups until nobody listens.
async fn sample(mut wishes: Wishes) {
    let mut slots = Slots::new(wishes.key.interval, Instant::now());
    loop {
        match slots.due() {
            None if wishes.close_if_empty() => return,
            None => {
                let new = wishes.next().await;
                begin(&mut slots, new).await;
            }
            Some(due) => tokio::select! {
                new = wishes.next() => begin(&mut slots, new).await,
                () = sleep_until(due.into()) => {
                    for (due, members) in slots.take_due(Instant::now()) {
                        let members = read(members).await;
                        slots.put_back(due, members, Instant::now());
                    }
                }
            },
        }
    }
}

async fn begin(slots: &mut Slots<Watched>, new: Vec<Watched>) {
    let now = Instant::now();
    for watched in read(new).await {
        slots.add(watched, now);
    }
}

/// Reads all and gives those that are to be read again. The kernel may take its time over memory, so that this is done
/// where waiting is allowed. The streams are told from here: waking them from a thread of another kind costs more.
async fn read(members: Vec<Watched>) -> Vec<Watched> {
    let work = move || -> Vec<_> {
        members.into_iter().filter_map(|mut watched| Some((watched.read()?, watched))).collect()
    };
    // Should reading panic, the streams see that their readings have ended, and ask again.
    let read = tokio::task::spawn_blocking(work).await.unwrap_or_default();
    let told = |(reading, watched): (Reading, Watched)| {
        watched.stream.send(Some(reading)).is_ok().then_some(watched)
    };
    read.into_iter().filter_map(told).collect()
}

impl Watched {
    /// What there is to read, if anybody wants it.
    fn read(&mut self) -> Option<Reading> {
        if self.stream.is_closed() {
            return None;
        }
        let (cpu, memory) = self.account.as_mut()?.read()?;
        let (time, moment) = (Timestamp::now(), Moment::Ours(Instant::now()));
        Some(Reading { time, moment, cpu, memory })
    }
}
