//! What a start that fails takes away again. A container that cannot be removed, because Podman is gone, is owed: the
//! socket's watcher removes it at the next contact, if it still carries this start's mark.

use std::sync::Arc;

use super::plan::Plan;
use crate::driver::mark::Mark;
use crate::driver::socket::{Debt, Socket};
use crate::podman::{Error, RemoveOptions};

/// A container that is being made. Dropped without a word (a panic, a runtime that ends), it is owed as well.
pub(super) struct HalfMade {
    socket: Arc<Socket>,
    debt: Option<Debt>,
}

impl HalfMade {
    /// Nothing is there yet; if something comes to be without our knowing, it has this name.
    pub(super) fn new(plan: &Plan, mark: &Mark) -> Self {
        let debt = Debt { container: plan.name.clone(), task_id: mark.task_id.clone() };
        Self { socket: plan.socket.clone(), debt: Some(debt) }
    }

    /// The container has an ID now.
    pub(super) fn created(mut self, id: String) -> Self {
        if let Some(debt) = &mut self.debt {
            debt.container = id;
        }
        self
    }

    /// It is the task's, and stays.
    pub(super) fn keep(mut self) {
        self.debt = None;
    }

    /// The create failed. Where Podman said no, nothing was made; where it said nothing, something may have been.
    pub(super) async fn undo_create(mut self, error: &Error) {
        if matches!(error, Error::Podman { .. } | Error::Request { .. }) {
            self.debt = None;
        } else {
            self.undo().await;
        }
    }

    /// Takes it away, now or later.
    pub(super) async fn undo(mut self) {
        let Some(debt) = self.debt.take() else { return };
        match self.socket.podman.remove_container(&debt.container, &RemoveOptions::BY_FORCE).await {
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(
                    container = debt.container,
                    error = %error,
                    "failed to clean up from an error in Start; the container is removed at the next contact with Podman"
                );
                self.socket.owe(debt);
            }
        }
    }
}

impl Drop for HalfMade {
    fn drop(&mut self) {
        if let Some(debt) = self.debt.take() {
            self.socket.owe(debt);
        }
    }
}
