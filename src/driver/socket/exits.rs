//! Who waits for news of which container. News says "look": Podman's state is the truth. What an event told of an end is
//! kept for where Podman does not answer while it cleans up.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::Notify;

/// All who wait on one socket, by the container.
#[derive(Debug, Default, Clone)]
pub(super) struct Exits {
    waiting: Arc<Mutex<HashMap<String, Vec<Arc<News>>>>>,
}

/// News of one container, for one who waits. Dropping it ends the waiting.
#[derive(Debug)]
pub struct ExitNotice {
    exits: Exits,
    id: String,
    news: Arc<News>,
}

/// What was told of one container to one who waits for it.
#[derive(Debug, Default)]
struct News {
    notify: Notify,
    told: Mutex<Told>,
}

/// An end of a container, as its event tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToldEnd {
    /// The exit code, as Podman has it.
    pub code: i32,
    /// When Podman noted it.
    pub at: Timestamp,
}

/// What an event means for who waits for a container's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// It began, for the first time or again.
    Started,
    /// Podman restarts it: by hand, which is told before its end, or by its restart policy, right after it.
    Restarts,
    /// It ended.
    Ended(ToldEnd),
    /// Something else to look for.
    Other,
}

#[derive(Debug, Default)]
enum Told {
    #[default]
    Nothing,
    Restarts,
    Ended(ToldEnd),
}

impl Exits {
    pub(super) fn notice(&self, id: &str) -> ExitNotice {
        let news = Arc::<News>::default();
        self.lock().entry(id.to_owned()).or_default().push(news.clone());
        ExitNotice { exits: self.clone(), id: id.to_owned(), news }
    }

    /// Something happened to this container.
    pub(super) fn tell(&self, id: &str, sign: Sign) {
        self.lock().get(id).into_iter().flatten().for_each(|news| news.hear(sign));
    }

    /// Something may have happened to any of them.
    pub(super) fn tell_all(&self) {
        self.lock().values().flatten().for_each(|news| news.notify.notify_one());
    }

    /// Something has happened to those that are not among these, which run.
    pub(super) fn tell_others_than(&self, running: &HashSet<String>) {
        let waiting = self.lock();
        let others = waiting.iter().filter(|(id, _)| !running.contains(*id));
        others.flat_map(|(_, waiting)| waiting).for_each(|news| news.notify.notify_one());
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// The lock is never held across an await.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Vec<Arc<News>>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ExitNotice {
    /// Waits for news. What came while nobody waited counts.
    pub async fn changed(&self) {
        self.news.notify.notified().await;
    }

    /// The end of the container's run since then that was told, unless it is being restarted or was.
    pub fn end(&self, since: Option<Timestamp>) -> Option<ToldEnd> {
        self.news.told().end(since)
    }
}

impl News {
    fn hear(&self, sign: Sign) {
        let mut told = self.told();
        match (sign, &*told) {
            (Sign::Started, _) => *told = Told::Nothing,
            (Sign::Restarts, _) => *told = Told::Restarts,
            (Sign::Ended(_), Told::Restarts) | (Sign::Other, _) => {}
            (Sign::Ended(end), _) => *told = Told::Ended(end),
        }
        drop(told);
        if matches!(sign, Sign::Ended(_) | Sign::Other) {
            self.notify.notify_one();
        }
    }

    /// The lock is never held across an await.
    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Told {
    fn end(&self, since: Option<Timestamp>) -> Option<ToldEnd> {
        match self {
            Self::Ended(end) => Some(*end).filter(|end| since < Some(end.at)),
            Self::Nothing | Self::Restarts => None,
        }
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
        exits.tell("a", Sign::Other);
        exits.tell("nobody", Sign::Other);
        assert_eq!([&one, &another, &other].map(has_news), [true, true, false]);
        exits.tell_others_than(&HashSet::from(["b".to_owned()]));
        assert_eq!([&one, &another, &other].map(has_news), [true, true, false]);
        assert_eq!([&one, &another, &other].map(has_news), [false; 3]);
        exits.tell_all();
        exits.tell("a", Sign::Other);
        assert_eq!([&one, &another, &other].map(has_news), [true; 3]);
        assert_eq!([&one, &another, &other].map(has_news), [false; 3], "twice the same news is once to look");
    }

    #[test]
    fn an_end_is_remembered_unless_it_belongs_to_a_restart() {
        let end = ToldEnd { code: 4, at: Timestamp::UNIX_EPOCH };
        let after = |signs: &[Sign]| {
            let exits = Exits::default();
            let notice = exits.notice("a");
            signs.iter().for_each(|sign| exits.tell("a", *sign));
            (notice.end(None), has_news(&notice))
        };
        assert_eq!(after(&[Sign::Ended(end)]), (Some(end), true));
        assert_eq!(after(&[Sign::Ended(end), Sign::Other]), (Some(end), true), "it is cleaned up");
        assert_eq!(Told::Ended(end).end(Some(end.at)), None, "of an earlier run");
        assert_eq!(after(&[Sign::Other]), (None, true));
        assert_eq!(after(&[Sign::Restarts]), (None, false));
        assert_eq!(after(&[Sign::Restarts, Sign::Ended(end), Sign::Other]), (None, true), "by hand");
        assert_eq!(after(&[Sign::Ended(end), Sign::Restarts]), (None, true), "by its restart policy");
        assert_eq!(after(&[Sign::Restarts, Sign::Ended(end), Sign::Started]), (None, true));
        assert_eq!(after(&[Sign::Restarts, Sign::Started, Sign::Ended(end)]), (Some(end), true), "later");
    }

    #[test]
    fn who_does_not_wait_any_more_leaves_nothing() {
        let exits = Exits::default();
        let (one, another) = (exits.notice("a"), exits.notice("a"));
        drop(one);
        exits.tell("a", Sign::Other);
        assert!(has_news(&another), "the other one still waits");
        drop(another);
        assert!(exits.lock().is_empty());
    }
}
