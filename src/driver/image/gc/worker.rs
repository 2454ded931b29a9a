//! The one who removes images of one Podman. It has one timer, for the next image that is due; Podman is asked when that
//! comes, when the contact begins, and once an hour while there is an image of ours, to renew the marks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::{Instant, sleep_until};

use super::decide::{Situation, Verdict, Why, again, decide};
use super::facts::{self, Facts};
use super::history::History;
use super::mark::Marked;
use super::uses::{Refusal, Uses};
use super::{marking, removal};
use crate::driver::socket::{Contact, Socket};
use crate::podman::Error;

/// How old a mark becomes. Podman keeps events for a time, and those since the mark are needed.
const HOUR: Duration = Duration::from_secs(3600);

/// The one of a Podman.
pub(super) struct Worker {
    socket: Arc<Socket>,
    uses: Arc<Uses>,
    delay: Duration,
    /// The images with our mark, as they were last seen.
    ours: BTreeSet<String>,
    /// Those of them that nobody uses, and images that may be.
    idle: BTreeMap<String, Idle>,
    /// When all is looked at again, whatever happens.
    upkeep_at: Option<Instant>,
    /// Whether something is due that a start keeps from being removed.
    postponed: bool,
    /// What was said already: that there are no events, and which images they do not reach back to.
    complained: bool,
    unknown: BTreeSet<String>,
}

/// An image that nobody uses.
struct Idle {
    since: Instant,
    due: Instant,
    tries: u32,
}

impl Worker {
    pub(super) fn new(socket: Arc<Socket>, delay: Duration) -> Self {
        let uses = socket.images.clone();
        Self {
            socket,
            uses,
            delay,
            ours: BTreeSet::new(),
            idle: BTreeMap::new(),
            upkeep_at: None,
            postponed: false,
            complained: false,
            unknown: BTreeSet::new(),
        }
    }

    /// Works, until it is dropped.
    pub(super) async fn run(mut self) {
        let mut contact = self.socket.contact();
        loop {
            let up = matches!(&*contact.borrow_and_update(), Contact::Up(_));
            if up {
                let wake = self.pass().await;
                self.while_up(&mut contact, wake).await;
            } else if contact.changed().await.is_err() {
                return;
            }
        }
    }

    /// Until the contact is lost.
    async fn while_up(
        &mut self,
        contact: &mut tokio::sync::watch::Receiver<Contact>,
        mut wake: Option<Instant>,
    ) {
        let uses = self.uses.clone();
        loop {
            tokio::select! {
                () = until(wake) => wake = self.pass().await,
                () = uses.changed() => {
                    self.note_freed();
                    wake = if self.postponed && uses.is_quiet() { self.pass().await } else { self.next() };
                }
                changed = contact.changed() => {
                    if changed.is_err() || !matches!(&*contact.borrow_and_update(), Contact::Up(_)) {
                        return;
                    }
                }
            }
        }
    }

    /// Looks at all images of ours and removes what is due. Gives the time of the next look.
    async fn pass(&mut self) -> Option<Instant> {
        self.postponed = false;
        if let Err(error) = self.look().await {
            tracing::warn!(socket = self.socket.name, error = %error, "images that are due cannot be removed yet");
            let now = Instant::now();
            self.upkeep_at = now.checked_add(again(self.delay, 0, HOUR));
            let due: Vec<String> = self.due();
            due.iter().for_each(|id| self.later(id));
        }
        self.next()
    }

    fn next(&self) -> Option<Instant> {
        let now = Instant::now();
        // What is due and still there waits for the starts, of which news comes.
        let due = self.idle.values().map(|idle| idle.due).filter(|due| !self.postponed || *due > now).min();
        [due, self.upkeep_at].into_iter().flatten().min()
    }

    fn note_freed(&mut self) {
        let pulled = self.uses.newly_pulled();
        self.ours.extend(pulled);
        for id in self.uses.freed() {
            if self.ours.contains(&id) && self.uses.users(&id) == 0 {
                self.idle.insert(id, self.idle_since_now());
            }
        }
        if !self.ours.is_empty() {
            self.upkeep_at = self.upkeep_at.or_else(|| Instant::now().checked_add(HOUR));
        }
    }

    fn idle_since_now(&self) -> Idle {
        let since = Instant::now();
        Idle { since, due: since.checked_add(self.delay).unwrap_or(since), tries: 0 }
    }

    async fn look(&mut self) -> Result<(), Error> {
        self.note_freed();
        let podman = &self.socket.podman;
        let mut facts = facts::ask(podman, &self.uses.own_pulls()).await?;
        let old: Vec<&Marked> = facts.images.iter().filter(|image| is_old(image)).collect();
        if !old.is_empty() {
            for image in old {
                marking::renew(podman, image).await?;
            }
            facts = facts::ask(podman, &self.uses.own_pulls()).await?;
        }
        self.take_note(&facts).await?;
        for id in self.due() {
            self.try_to_remove(&id).await?;
        }
        Ok(())
    }

    fn due(&self) -> Vec<String> {
        let now = Instant::now();
        self.idle.iter().filter(|(_, idle)| idle.due <= now).map(|(id, _)| id.clone()).collect()
    }

    /// Brings what is known of the images up to date, and their marks.
    async fn take_note(&mut self, facts: &Facts) -> Result<(), Error> {
        let own = self.uses.own_pulls();
        let mut ours = BTreeSet::new();
        for image in &facts.images {
            let history = facts.history(image, &own);
            if marking::settle(&self.socket.podman, facts, image, &history).await? {
                ours.insert(image.id.clone());
            }
            self.complain(facts, image, &history);
        }
        let oldest = facts.images.iter().filter_map(|image| image.marks.first()).map(|mark| mark.at).min();
        let oldest = oldest.and_then(|at| Timestamp::from_millisecond(at).ok());
        self.uses.forget_before(oldest.unwrap_or_else(Timestamp::now));
        self.idle.retain(|id, _| ours.contains(id) && self.uses.users(id) == 0);
        for id in ours.iter().filter(|id| self.uses.users(id) == 0) {
            if !self.idle.contains_key(id) {
                let idle = self.idle_since_now();
                self.idle.insert(id.clone(), idle);
            }
        }
        self.unknown.retain(|id| ours.contains(id));
        self.upkeep_at = Instant::now().checked_add(HOUR).filter(|_| !ours.is_empty());
        self.ours = ours;
        Ok(())
    }

    fn complain(&mut self, facts: &Facts, image: &Marked, history: &History) {
        if facts.told.is_none() {
            if !std::mem::replace(&mut self.complained, true) {
                tracing::warn!(
                    socket = self.socket.name,
                    "Podman tells no events, by which it would be seen that somebody else pulled an image: no image is \
                     removed. Set events_logger in containers.conf to \"journald\" or \"file\""
                );
            }
        } else if *history == History::Unknown && self.unknown.insert(image.id.clone()) {
            tracing::warn!(
                socket = self.socket.name,
                image = image.id,
                names = ?image.names,
                "an image stays: {}. Let Podman keep more of them (events_logfile_max_size in containers.conf, or the \
                 journal's size), and remove this one by hand",
                Why::Unknown
            );
        }
    }

    /// Removes an image, if that is still right when no start can come in between.
    async fn try_to_remove(&mut self, id: &str) -> Result<(), Error> {
        let uses = self.uses.clone();
        let _removal = match uses.begin_removal(id) {
            Ok(removal) => removal,
            Err(Refusal::Busy) => {
                self.postponed = true;
                return Ok(());
            }
            Err(Refusal::Used) => {
                self.idle.remove(id);
                return Ok(());
            }
        };
        let Some(idle) = self.idle.get(id) else { return Ok(()) };
        let own = uses.own_pulls();
        let facts = facts::ask(&self.socket.podman, &own).await?;
        let Some(image) = facts.image(id) else {
            self.forget(id);
            return Ok(());
        };
        let history = facts.history(image, &own);
        let situation = Situation {
            image,
            history: &history,
            users: 0,
            container: facts.container(image),
            unused: idle.since.elapsed(),
            delay: self.delay,
        };
        match decide(&situation) {
            Verdict::Remove => match removal::remove(&self.socket.podman, image).await {
                Ok(()) => {
                    tracing::info!(image = id, names = ?image.names, "an image that nobody uses any more is removed");
                    self.forget(id);
                }
                Err(error) if error.is_unreachable() => return Err(error),
                Err(error) => {
                    tracing::warn!(image = id, names = ?image.names, error = %error, "an image cannot be removed yet");
                    self.later(id);
                }
            },
            Verdict::Disown(_) => {
                marking::settle(&self.socket.podman, &facts, image, &history).await?;
                self.forget(id);
            }
            Verdict::Keep(why) => {
                tracing::debug!(image = id, names = ?image.names, "an image stays: {why}");
                self.later(id);
            }
            Verdict::Wait(rest) => {
                let due = Instant::now().checked_add(rest);
                if let (Some(idle), Some(due)) = (self.idle.get_mut(id), due) {
                    idle.due = due;
                }
            }
        }
        Ok(())
    }

    fn forget(&mut self, id: &str) {
        self.ours.remove(id);
        self.idle.remove(id);
        if self.ours.is_empty() {
            self.upkeep_at = None;
        }
    }

    fn later(&mut self, id: &str) {
        if let Some(idle) = self.idle.get_mut(id) {
            let pause = again(self.delay, idle.tries, HOUR);
            idle.tries = idle.tries.saturating_add(1);
            idle.due = Instant::now().checked_add(pause).unwrap_or(idle.due);
        }
    }
}

/// Whether the newest mark of an image is an hour old, and no older one is still needed.
fn is_old(image: &Marked) -> bool {
    if !image.outdated().is_empty() {
        return false;
    }
    let newest = image.marks.last().and_then(|mark| Timestamp::from_millisecond(mark.at).ok());
    newest.is_some_and(|newest| Timestamp::now().duration_since(newest) > SignedDuration::from_hours(1))
}

async fn until(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}
