//! What happened to an image since it got our mark, by Podman's events: whether somebody else pulled it too. Pulls of our
//! own are told apart by when they ran; whether the events reach back far enough, by the event of the mark itself.

use jiff::{SignedDuration, Timestamp};

use super::mark::Marked;
use super::names::may_mean;
use crate::podman::Event;

/// How long after a pull its event may be dated.
const LATE: SignedDuration = SignedDuration::from_secs(2);

/// What can happen to an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Somebody pulled it; also what `podman run` tells of an image that is there.
    Pull,
    /// It was loaded from an archive.
    Load,
    /// It got a name.
    Tag,
    /// It was mounted, into a container or by hand.
    Mount,
    /// That ended.
    Unmount,
}

impl Action {
    /// Podman's words for them, to ask for.
    pub const WORDS: [&str; 5] = ["pull", "loadfromarchive", "tag", "mount", "unmount"];
}

/// An event of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What happened.
    pub action: Action,
    /// The image's ID. Podman 4 has none for pulls.
    pub id: String,
    /// The name that it happened under.
    pub name: String,
    /// When, in nanoseconds since 1970. Of a pull, Podman 4 tells when it began.
    pub at: i64,
}

impl Told {
    /// The event, if it is one of those.
    pub fn of(event: &Event) -> Option<Self> {
        let action = match event.action.as_str() {
            "pull" => Action::Pull,
            "loadfromarchive" => Action::Load,
            "tag" => Action::Tag,
            "mount" => Action::Mount,
            "unmount" => Action::Unmount,
            _ => return None,
        };
        let name = event.attributes.get("name").cloned().unwrap_or_default();
        Some(Self { action, id: event.id.clone(), name, at: event.time_nano })
    }

    /// Whether this may have been about that image. Without an ID, what was written for it must do.
    fn is_about(&self, image: &Marked) -> bool {
        match (self.id.is_empty(), self.action) {
            (false, _) => self.id == image.id,
            (true, Action::Pull) => image.may_be(&self.name),
            (true, _) => false,
        }
    }
}

/// A pull or load of our own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    /// What was asked for.
    pub name: String,
    /// When it was.
    pub from: Timestamp,
    /// When it was done, or given up.
    pub to: Timestamp,
}

impl Own {
    fn explains(&self, told: &Told) -> bool {
        let at = Timestamp::from_nanosecond(told.at.into());
        let then = at
            .is_ok_and(|at| self.from <= at && at <= self.to.saturating_add(LATE).unwrap_or(Timestamp::MAX));
        // Podman may tell of a short name as what it made of it.
        then && (told.action == Action::Load || self.name == told.name || may_mean(&self.name, &told.name))
    }
}

/// What is known of the time since an image's oldest mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum History {
    /// Nobody else pulled it.
    Ours {
        /// Whether it was ever mounted.
        mounts: bool,
        /// Whether the last that was told of that is that it was, and not that it ended.
        mounted: bool,
    },
    /// Somebody did, under this name.
    Others(String),
    /// The events do not reach back that far.
    Unknown,
}

/// The history of an image. `told`: events in Podman's order. `own`: our pulls; each of them explains one event.
pub fn history(image: &Marked, told: &[Told], own: &[Own]) -> History {
    let Some(oldest) = image.marks.first().map(super::mark::Mark::name) else { return History::Unknown };
    let is_mark = |told: &Told| told.action == Action::Tag && told.name == oldest;
    let Some(marked) = told.iter().position(is_mark) else { return History::Unknown };
    let mut own: Vec<&Own> = own.iter().collect();
    let (mut mounts, mut mounted) = (false, false);
    for told in told.iter().skip(marked).filter(|told| told.is_about(image)) {
        match told.action {
            Action::Tag => {}
            Action::Mount => (mounts, mounted) = (true, true),
            Action::Unmount => (mounts, mounted) = (true, false),
            Action::Pull | Action::Load => match own.iter().position(|own| own.explains(told)) {
                Some(index) => drop(own.swap_remove(index)),
                None => return History::Others(told.name.clone()),
            },
        }
    }
    History::Ours { mounts, mounted }
}

#[cfg(test)]
#[path = "history_tests.rs"]
mod tests;
