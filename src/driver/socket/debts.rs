//! Containers that were to be removed when Podman could not be asked. They are removed at the next contact, if they
//! still carry the mark of the start that made them.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::driver::mark::Mark;
use crate::podman::{Client, Error, RemoveOptions};

/// A container that is to be removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Debt {
    /// Its ID, or its name where it is not known whether it was made.
    pub container: String,
    /// The start that made it; empty for one whose ID is known and that need not carry our mark.
    pub task_id: String,
}

/// All debts of one socket.
#[derive(Debug, Default)]
pub(super) struct Debts {
    open: Mutex<Vec<Debt>>,
}

impl Debts {
    pub(super) fn add(&self, debt: Debt) {
        let mut open = self.lock();
        if !open.contains(&debt) {
            open.push(debt);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }

    /// Pays what can be paid.
    pub(super) async fn pay(&self, podman: &Client) {
        let open = self.lock().clone();
        for debt in open {
            match settle(podman, &debt).await {
                Ok(()) => self.lock().retain(|other| *other != debt),
                Err(error) => {
                    tracing::warn!(
                        container = debt.container,
                        error = %error,
                        "a container that is left over cannot be removed yet"
                    );
                    if error.is_unreachable() {
                        return;
                    }
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Debt>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn settle(podman: &Client, debt: &Debt) -> Result<(), Error> {
    let Some(container) = podman.inspect_container(&debt.container).await? else { return Ok(()) };
    let made_by = Mark::read(&container.config.annotations).map(|mark| mark.task_id);
    let ours = debt.task_id.is_empty() || made_by.as_deref() == Some(debt.task_id.as_str());
    if !ours {
        // Another start has made one of the same name since, which took the old one away.
        return Ok(());
    }
    let options = RemoveOptions { force: true, volumes: true, ..RemoveOptions::default() };
    podman.remove_container(&container.id, &options).await?;
    tracing::info!(container = debt.container, "a container that was left over is removed");
    Ok(())
}
