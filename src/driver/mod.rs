//! The driver: what Nomad's client asks is turned into requests to Podman, and what happens there into answers.
//! What a task's config means is the engine's; what goes over the two wires is `plugin`'s and `podman`'s.

pub mod errors;
pub mod events;
pub mod handle;
pub mod request;
pub mod settings;
pub mod socket;
pub mod store;
pub mod task;

use std::sync::{Arc, PoisonError, RwLock};

use events::Events;
use settings::Settings;
use store::Store;

/// Everything that the services share. It outlives connections: a client that comes back finds its tasks.
#[derive(Debug, Default)]
pub struct Driver {
    settings: RwLock<Arc<Settings>>,
    /// The tasks.
    pub store: Store,
    /// What tasks' users are told.
    pub events: Events,
}

impl Driver {
    /// The settings of the last `SetConfig`; before the first one, those of an empty config.
    pub fn settings(&self) -> Arc<Settings> {
        self.settings.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes new settings. Tasks that run keep the socket that they were started on.
    pub fn set_settings(&self, settings: Settings) {
        *self.settings.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(settings);
    }
}
