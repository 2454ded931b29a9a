//! Who uses which image of one Podman: starts that are on their way, and tasks. Starts and removals keep out of each
//! other's way: none begins to look for an image while one is removed, and none is removed while a start looks.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use jiff::Timestamp;
use tokio::sync::Notify;

use super::history::Own;

/// How many of our own pulls are remembered.
const MOST_OWN: usize = 1000;

/// The users of all images of one Podman.
#[derive(Debug, Default)]
pub struct Uses {
    state: Mutex<State>,
    /// Told when a last use has ended, or the last start has its image.
    changed: Notify,
    /// Told when a removal has ended.
    removed: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// Whether anybody removes images, and so has to know more than who uses them.
    on: bool,
    /// By the image's ID. None of them is 0.
    users: BTreeMap<String, usize>,
    /// Starts that look for their image.
    looking: usize,
    /// Starts that wait for the end of a removal.
    waiting: usize,
    removing: bool,
    /// Images whose last use has ended.
    freed: BTreeSet<String>,
    /// Images that we pulled.
    pulled: BTreeSet<String>,
    own: Vec<Own>,
}

/// Why an image cannot be removed now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Somebody uses it.
    Used,
    /// A start looks for its image, or waits to.
    Busy,
}

/// The users of images of the Podman behind this socket. However many sockets and settings name it, they are the same.
pub fn of(socket: &Path) -> Arc<Uses> {
    static ALL: Mutex<BTreeMap<PathBuf, Weak<Uses>>> = Mutex::new(BTreeMap::new());
    let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(uses) = all.get(socket).and_then(Weak::upgrade) {
        return uses;
    }
    all.retain(|_, uses| uses.strong_count() > 0);
    let uses = Arc::new(Uses::default());
    all.insert(socket.to_owned(), Arc::downgrade(&uses));
    uses
}

impl Uses {
    /// A start begins to look for its image. Waits while one is removed.
    pub async fn enter(self: &Arc<Self>) -> Looking {
        let _waiting = Waiting::new(self);
        loop {
            // From here on, so that none is missed between the look and the wait.
            let removed = self.removed.notified();
            {
                let mut state = self.lock();
                if !state.removing {
                    state.looking += 1;
                    return Looking { uses: self.clone() };
                }
            }
            removed.await;
        }
    }

    /// A task uses an image that its container protects.
    pub fn take(self: &Arc<Self>, id: &str) -> Use {
        *self.lock().users.entry(id.to_owned()).or_default() += 1;
        Use { uses: self.clone(), id: id.to_owned() }
    }

    /// How many use an image.
    pub fn users(&self, id: &str) -> usize {
        self.lock().users.get(id).copied().unwrap_or(0)
    }

    /// The right to remove an image, until it is dropped.
    ///
    /// # Errors
    /// It is used, or somebody may be about to.
    pub fn begin_removal(&self, id: &str) -> Result<Removal<'_>, Refusal> {
        let mut state = self.lock();
        if state.users.contains_key(id) {
            return Err(Refusal::Used);
        }
        if state.looking > 0 || state.waiting > 0 || state.removing {
            return Err(Refusal::Busy);
        }
        state.removing = true;
        Ok(Removal { uses: self })
    }

    /// Whether anybody removes images.
    pub fn is_on(&self) -> bool {
        self.lock().on
    }

    /// Begins or ends to keep what only who removes images has to know.
    pub(super) fn switch(&self, on: bool) {
        let mut state = self.lock();
        state.on = on;
        if !on {
            (state.freed, state.pulled, state.own) = Default::default();
        }
    }

    /// Waits for a change. One that came while nobody waited counts.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Whether no start is on its way to its image.
    pub(super) fn is_quiet(&self) -> bool {
        let state = self.lock();
        state.looking == 0 && state.waiting == 0
    }

    /// Images whose last use has ended since this was last asked.
    pub(super) fn freed(&self) -> BTreeSet<String> {
        std::mem::take(&mut self.lock().freed)
    }

    /// Notes that an image carries our mark now.
    pub(super) fn pulled(&self, id: &str) {
        let mut state = self.lock();
        if state.on {
            state.pulled.insert(id.to_owned());
            // Should nobody come to use it.
            state.freed.insert(id.to_owned());
            drop(state);
            self.changed.notify_one();
        }
    }

    /// Images that got our mark since this was last asked.
    pub(super) fn newly_pulled(&self) -> BTreeSet<String> {
        std::mem::take(&mut self.lock().pulled)
    }

    /// Notes a pull of our own, until it is dropped.
    pub(super) fn own(self: &Arc<Self>, name: &str) -> Pulling {
        Pulling { uses: self.clone(), name: name.to_owned(), from: Timestamp::now() }
    }

    /// Our own pulls.
    pub(super) fn own_pulls(&self) -> Vec<Own> {
        self.lock().own.clone()
    }

    /// Forgets those of our own pulls that ended before then.
    pub(super) fn forget_before(&self, then: Timestamp) {
        self.lock().own.retain(|own| own.to >= then);
    }

    /// The lock is never held across an await.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A start that waits for the end of a removal.
struct Waiting<'a>(&'a Uses);

impl<'a> Waiting<'a> {
    fn new(uses: &'a Uses) -> Self {
        uses.lock().waiting += 1;
        Self(uses)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.waiting = state.waiting.saturating_sub(1);
        let quiet = state.waiting == 0 && state.looking == 0;
        drop(state);
        if quiet {
            self.0.changed.notify_one();
        }
    }
}

/// A start that looks for its image. Nothing is removed meanwhile.
#[derive(Debug)]
pub struct Looking {
    uses: Arc<Uses>,
}

impl Looking {
    /// The image is found, and used from now on.
    pub fn found(self, id: &str) -> Use {
        self.uses.take(id)
    }
}

impl Drop for Looking {
    fn drop(&mut self) {
        let mut state = self.uses.lock();
        state.looking = state.looking.saturating_sub(1);
        let quiet = state.waiting == 0 && state.looking == 0;
        drop(state);
        if quiet {
            self.uses.changed.notify_one();
        }
    }
}

/// A use of an image, until it is dropped. It reads as the image's ID.
#[derive(Debug)]
pub struct Use {
    uses: Arc<Uses>,
    id: String,
}

impl Deref for Use {
    type Target = str;

    fn deref(&self) -> &str {
        &self.id
    }
}

impl Drop for Use {
    fn drop(&mut self) {
        let mut state = self.uses.lock();
        let Some(count) = state.users.get_mut(&self.id) else { return };
        *count = count.saturating_sub(1);
        if *count > 0 {
            return;
        }
        state.users.remove(&self.id);
        if state.on {
            state.freed.insert(self.id.clone());
            drop(state);
            self.uses.changed.notify_one();
        }
    }
}

/// The removal of an image. Starts wait for its end.
#[derive(Debug)]
pub struct Removal<'a> {
    uses: &'a Uses,
}

impl Drop for Removal<'_> {
    fn drop(&mut self) {
        self.uses.lock().removing = false;
        self.uses.removed.notify_waiters();
    }
}

/// A pull of our own that is on its way.
#[derive(Debug)]
pub(super) struct Pulling {
    uses: Arc<Uses>,
    name: String,
    from: Timestamp,
}

impl Drop for Pulling {
    fn drop(&mut self) {
        let own = Own { name: std::mem::take(&mut self.name), from: self.from, to: Timestamp::now() };
        let mut state = self.uses.lock();
        if state.own.len() >= MOST_OWN {
            state.own.remove(0);
        }
        state.own.push(own);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn uses() -> Arc<Uses> {
        let uses = Arc::new(Uses::default());
        uses.switch(true);
        uses
    }

    #[test]
    fn the_last_use_that_ends_is_told() {
        let uses = uses();
        let (one, another) = (uses.take("ab"), uses.enter().now_or_never().unwrap().found("ab"));
        uses.changed().now_or_never();
        assert_eq!((uses.users("ab"), uses.users("cd"), &*one), (2, 0, "ab"));
        assert_eq!(uses.begin_removal("ab").unwrap_err(), Refusal::Used);
        drop(one);
        assert_eq!((uses.users("ab"), uses.freed().len(), uses.changed().now_or_never()), (1, 0, None));
        drop(another);
        assert_eq!((uses.users("ab"), uses.changed().now_or_never()), (0, Some(())));
        assert_eq!(uses.freed(), BTreeSet::from(["ab".to_owned()]));
        assert!(uses.freed().is_empty());
        assert!(uses.begin_removal("ab").is_ok());
    }

    #[test]
    fn a_start_that_arrives_during_a_removal_waits_for_its_end_and_then_goes_first() {
        let uses = uses();
        let removal = uses.begin_removal("ab").unwrap();
        let mut start = Box::pin(uses.enter());
        assert!(start.as_mut().now_or_never().is_none());
        assert_eq!(uses.begin_removal("cd").unwrap_err(), Refusal::Busy);
        drop(removal);
        assert_eq!(uses.begin_removal("cd").unwrap_err(), Refusal::Busy, "somebody waits");
        let looking = start.as_mut().now_or_never().unwrap();
        assert_eq!(uses.begin_removal("cd").unwrap_err(), Refusal::Busy, "somebody looks");
        assert!(!uses.is_quiet());
        let used = looking.found("cd");
        assert!(uses.is_quiet());
        assert_eq!(uses.begin_removal("cd").unwrap_err(), Refusal::Used);
        assert!(uses.begin_removal("ab").is_ok());
        drop(used);
    }

    #[test]
    fn a_start_that_gives_up_is_not_waited_for() {
        let uses = uses();
        let removal = uses.begin_removal("ab").unwrap();
        let mut start = Box::pin(uses.enter());
        assert!(start.as_mut().now_or_never().is_none());
        drop(start);
        drop(removal);
        drop(uses.begin_removal("ab").unwrap());
        drop(uses.enter().now_or_never().unwrap());
        assert!(uses.begin_removal("ab").is_ok());
    }

    #[test]
    fn while_it_is_off_only_users_are_counted() {
        let uses = Arc::new(Uses::default());
        uses.pulled("ab");
        drop(uses.take("ab"));
        assert!(uses.freed().is_empty() && uses.newly_pulled().is_empty());
        let used = uses.take("ab");
        uses.switch(true);
        assert_eq!(uses.begin_removal("ab").unwrap_err(), Refusal::Used, "what began before counts");
        drop(used);
        assert_eq!(uses.freed().len(), 1);
        uses.pulled("cd");
        assert_eq!((uses.newly_pulled().len(), uses.freed().len()), (1, 1));
    }

    #[test]
    fn our_own_pulls_are_remembered_for_a_while() {
        let uses = uses();
        drop(uses.own("app:1"));
        let own = uses.own_pulls();
        assert_eq!((own.len(), own[0].name.as_str()), (1, "app:1"));
        assert!(own[0].from <= own[0].to);
        uses.forget_before(own[0].to);
        assert_eq!(uses.own_pulls().len(), 1);
        uses.forget_before(Timestamp::now().saturating_add(jiff::SignedDuration::from_secs(1)).unwrap());
        assert!(uses.own_pulls().is_empty());
        for _ in 0..=MOST_OWN {
            drop(uses.own("x"));
        }
        assert_eq!(uses.own_pulls().len(), MOST_OWN);
    }

    #[test]
    fn sockets_of_the_same_podman_share_their_uses() {
        let (one, same, other) = (of(Path::new("/a/s")), of(Path::new("/a/s")), of(Path::new("/b/s")));
        assert!(Arc::ptr_eq(&one, &same) && !Arc::ptr_eq(&one, &other));
        let used = same.take("ab");
        assert_eq!(one.users("ab"), 1);
        drop(used);
    }
}
