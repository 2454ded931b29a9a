//! The tasks by their IDs. A start reserves its ID first, so that a second one of the same task is refused at once.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::errors::Failure;
use super::task::Task;

/// The tasks that this process knows.
#[derive(Debug, Default, Clone)]
pub struct Store {
    tasks: Arc<Mutex<HashMap<String, Option<Arc<Task>>>>>,
    /// Told whenever a reservation ends.
    settled: Arc<Notify>,
}

/// The right to fill an ID in. Dropping it without doing so frees the ID.
#[derive(Debug)]
pub struct Reservation {
    store: Store,
    id: String,
    filled: bool,
}

impl Store {
    /// Reserves an ID.
    ///
    /// # Errors
    /// The task is there, or is being started.
    pub fn reserve(&self, id: &str) -> Result<Reservation, Failure> {
        let mut tasks = self.lock();
        if tasks.contains_key(id) {
            return Err(Failure::new(format!("task with ID {id:?} already started")));
        }
        tasks.insert(id.to_owned(), None);
        Ok(Reservation { store: self.clone(), id: id.to_owned(), filled: false })
    }

    /// The task of this ID.
    ///
    /// # Errors
    /// There is none, or it has not started yet.
    pub fn get(&self, id: &str) -> Result<Arc<Task>, Failure> {
        self.lock().get(id).cloned().flatten().ok_or_else(Failure::task_not_found)
    }

    /// Whether a task of this ID is there or on its way.
    pub fn contains(&self, id: &str) -> bool {
        self.lock().contains_key(id)
    }

    /// Whether a task of this ID is there, as soon as it is no longer on its way.
    pub async fn settled(&self, id: &str) -> bool {
        loop {
            // From here on, so that none is missed between the look and the wait.
            let settled = self.settled.notified();
            match self.lock().get(id) {
                None => return false,
                Some(Some(_)) => return true,
                Some(None) => {}
            }
            settled.await;
        }
    }

    /// Forgets a task.
    pub fn remove(&self, id: &str) {
        self.lock().remove(id);
    }

    /// The task of this container of this Podman, if one has started or was recovered.
    pub fn of_container(&self, socket: &Path, container_id: &str) -> Option<Arc<Task>> {
        let is_it = |task: &&Arc<Task>| task.container_id == container_id && task.socket.path == socket;
        self.lock().values().flatten().find(is_it).cloned()
    }

    /// All tasks that have started.
    pub fn all(&self) -> Vec<Arc<Task>> {
        self.lock().values().flatten().cloned().collect()
    }

    /// The lock is never held across an await.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Option<Arc<Task>>>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reservation {
    /// Puts the task in.
    pub fn fill(mut self, task: Arc<Task>) {
        self.filled = true;
        self.store.lock().insert(self.id.clone(), Some(task));
        self.store.settled.notify_waiters();
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if !self.filled {
            self.store.lock().remove(&self.id);
            self.store.settled.notify_waiters();
        }
    }
}
