//! Who waits for news of which container. News says "look", never what happened: Podman's state is the truth.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// All who wait on one socket.
#[derive(Debug, Default, Clone)]
pub(super) struct Exits {
    waiting: Arc<Mutex<HashMap<String, Arc<Notify>>>>,
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
        let news = self.lock().entry(id.to_owned()).or_default().clone();
        ExitNotice { exits: self.clone(), id: id.to_owned(), news }
    }

    /// Something happened to this container.
    pub(super) fn tell(&self, id: &str) {
        if let Some(news) = self.lock().get(id) {
            news.notify_one();
        }
    }

    /// Something may have happened to any of them.
    pub(super) fn tell_all(&self) {
        self.lock().values().for_each(|news| news.notify_one());
    }

    /// The lock is never held across an await.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Notify>>> {
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
        // One in the map, one here: nobody else waits for this container.
        if Arc::strong_count(&self.news) <= 2 {
            waiting.remove(&self.id);
        }
    }
}
