//! Who waits for news of which container. News says "look", never what happened: Podman's state is the truth.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// All who wait on one socket, by the container.
#[derive(Debug, Default, Clone)]
pub(super) struct Exits {
    waiting: Arc<Mutex<HashMap<String, Vec<Arc<Notify>>>>>,
}

/// News of one container, for one who waits. Dropping it ends the waiting.
#[derive(Debug)]
pub struct ExitNotice {
    exits: Exits,
    id: String,
    news: Arc<Notify>,
}

impl Exits {
    pub(super) fn notice(&self, id: &str) -> ExitNotice {
        let news = Arc::new(Notify::new());
        self.lock().entry(id.to_owned()).or_default().push(news.clone());
        ExitNotice { exits: self.clone(), id: id.to_owned(), news }
    }

    /// Something happened to this container.
    pub(super) fn tell(&self, id: &str) {
        self.lock().get(id).into_iter().flatten().for_each(|news| news.notify_one());
    }

    /// Something may have happened to any of them.
    pub(super) fn tell_all(&self) {
        self.lock().values().flatten().for_each(|news| news.notify_one());
    }

    /// Something has happened to those that are not among these, which run.
    pub(super) fn tell_others_than(&self, running: &HashSet<String>) {
        let waiting = self.lock();
        let others = waiting.iter().filter(|(id, _)| !running.contains(*id));
        others.flat_map(|(_, waiting)| waiting).for_each(|news| news.notify_one());
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// The lock is never held across an await.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Vec<Arc<Notify>>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ExitNotice {
    /// Waits for news. What came while nobody waited counts.
    pub async fn changed(&self) {
        self.news.notified().await;
    }
}

impl Drop for ExitNotice {
    fn drop(&mut self) {
        let mut waiting = self.exits.lock();
        let Some(of_container) = waiting.get_mut(&self.id) else { return };
        of_container.retain(|news| !Arc::ptr_eq(news, &self.news));
        if of_container.is_empty() {
            waiting.remove(&self.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn has_news(notice: &ExitNotice) -> bool {
        notice.changed().now_or_never().is_some()
    }

    #[test]
    fn everybody_who_waits_for_a_container_is_told_once_and_nobody_else() {
        let exits = Exits::default();
        let (one, another, other) = (exits.notice("a"), exits.notice("a"), exits.notice("b"));
        exits.tell("a");
        exits.tell("nobody");
        assert_eq!([&one, &another, &other].map(has_news), [true, true, false]);
        exits.tell_others_than(&HashSet::from(["b".to_owned()]));
        assert_eq!([&one, &another, &other].map(has_news), [true, true, false]);
        assert_eq!([&one, &another, &other].map(has_news), [false; 3]);
        exits.tell_all();
        exits.tell("a");
        assert_eq!([&one, &another, &other].map(has_news), [true; 3]);
        assert_eq!([&one, &another, &other].map(has_news), [false; 3], "twice the same news is once to look");
    }

    #[test]
    fn who_does_not_wait_any_more_leaves_nothing() {
        let exits = Exits::default();
        let (one, another) = (exits.notice("a"), exits.notice("a"));
        drop(one);
        exits.tell("a");
        assert!(has_news(&another), "the other one still waits");
        drop(another);
        assert!(exits.lock().is_empty());
    }
}
