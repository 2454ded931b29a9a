//! Containers that were to be removed when Podman could not be asked. They are removed at the next contact, if they
//! still carry the mark of the start that made them.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::driver::mark::Mark;
use crate::podman::{Client, Error, Filters, RemoveOptions, Status};

/// How long after it was made a container that was never started belongs to no start any more.
const ABANDONED: SignedDuration = SignedDuration::from_mins(10);

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

/// Removes what starts of an earlier process left half-made: containers with our mark that were made long ago and have
/// never been started. A start of another plugin on the same Podman takes no such time between the two.
pub(super) async fn sweep(podman: &Client) {
    let filters = Filters { statuses: vec!["created".to_owned()], ..Filters::default() };
    let made = match podman.list_containers(true, &filters).await {
        Ok(made) => made,
        Err(error) => {
            return tracing::debug!(error = %error, "containers that were never started cannot be listed");
        }
    };
    for listed in made.iter().filter(|listed| matches!(listed.state.as_str(), "created" | "configured")) {
        if let Err(error) = sweep_one(podman, &listed.id).await {
            tracing::warn!(container = listed.id, error = %error, "a container that was never started cannot be removed");
        }
    }
}

async fn sweep_one(podman: &Client, id: &str) -> Result<(), Error> {
    let Some(container) = podman.inspect_container(id).await? else { return Ok(()) };
    let ours = Mark::read(&container.config.annotations).is_some();
    let age = container.created.map(|created| Timestamp::now().duration_since(created));
    if !ours || container.state.status != Status::Created || age.is_none_or(|age| age < ABANDONED) {
        return Ok(());
    }
    podman.remove_container(id, &RemoveOptions::BY_FORCE).await?;
    tracing::info!(container = container.name, "a container of a start that was broken off is removed");
    Ok(())
}

async fn settle(podman: &Client, debt: &Debt) -> Result<(), Error> {
    let Some(container) = podman.inspect_container(&debt.container).await? else { return Ok(()) };
    let made_by = Mark::read(&container.config.annotations).map(|mark| mark.task_id);
    let ours = debt.task_id.is_empty() || made_by.as_deref() == Some(debt.task_id.as_str());
    if !ours {
        // Another start has made one of the same name since, which took the old one away.
        return Ok(());
    }
    podman.remove_container(&container.id, &RemoveOptions::BY_FORCE).await?;
    tracing::info!(container = debt.container, "a container that was left over is removed");
    Ok(())
}
