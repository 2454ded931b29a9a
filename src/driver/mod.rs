//! The driver: what Nomad's client asks is turned into requests to Podman, and what happens there into answers.
//! What a task's config means is the engine's; what goes over the two wires is `plugin`'s and `podman`'s.

pub mod base;
pub mod commands;
pub mod digest;
pub mod ending;
pub mod errors;
pub mod events;
pub mod exec;
pub mod exec_stream;
pub mod fifo;
pub mod fingerprint;
pub mod handle;
pub mod image;
pub mod inotify;
pub mod logs;
pub mod mark;
pub mod moment;
pub mod process;
pub mod recover;
pub mod request;
pub mod service;
pub mod settings;
pub mod signals;
pub mod socket;
pub mod start;
pub mod stats;
pub mod store;
pub mod supervisor;
pub mod task;

use std::sync::Arc;

use base::Base;
use events::Events;
use image::gc::Collectors;
use service::Service;
use settings::Settings;
use stats::Samplers;
use store::Store;
use tokio::sync::watch;

use crate::plugin::generated::base::base_plugin_server::BasePluginServer;
use crate::plugin::generated::driver::driver_server::DriverServer;
use crate::plugin::{MAX_MESSAGE, Routes};

/// The name of the driver in jobs and of its logger.
pub const NAME: &str = "podman";

/// A driver's services, for the plugin to serve.
pub fn services() -> Routes {
    let driver = Arc::new(Driver::default());
    let base = BasePluginServer::new(Base::new(driver.clone()));
    let service = DriverServer::new(Service::new(driver));
    Routes::new(base.max_decoding_message_size(MAX_MESSAGE))
        .add_service(service.max_decoding_message_size(MAX_MESSAGE))
}

/// Everything that the services share. It outlives connections: a client that comes back finds its tasks.
#[derive(Debug, Default)]
pub struct Driver {
    settings: watch::Sender<Arc<Settings>>,
    /// The tasks.
    pub store: Store,
    /// What tasks' users are told.
    pub events: Events,
    /// Who removes images.
    pub collectors: Collectors,
    /// Who reads statistics.
    pub samplers: Samplers,
}

impl Driver {
    /// The settings of the last `SetConfig`; before the first one, those of an empty config.
    pub fn settings(&self) -> Arc<Settings> {
        self.settings.borrow().clone()
    }

    /// The settings, and each later `SetConfig`.
    pub fn configured(&self) -> watch::Receiver<Arc<Settings>> {
        self.settings.subscribe()
    }

    /// Takes new settings. To be called on a tokio runtime if they ask for image gc. Tasks that run keep the socket that they were started on.
    pub fn set_settings(&self, settings: Settings) {
        self.collectors.follow(&settings);
        self.settings.send_replace(Arc::new(settings));
    }
}
