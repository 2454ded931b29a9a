//! Image gc: an image that we pulled is removed when no task, container or start has used it for a while. It is off by
//! default, and then nobody is asked anything for it.
//!
//! Which images are ours is on them: `mark`. What happened to them since is in Podman's events: `history`. Who uses them
//! is counted in `uses`, and by their containers. `decide` says what becomes of one, `worker` when.

mod decide;
mod facts;
mod history;
mod mark;
mod marking;
mod names;
mod removal;
mod uses;
mod worker;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use podman_driver_engine::pull::PullPlan;
use podman_driver_engine::settings::image_delay;
use tokio_util::task::AbortOnDropHandle;

use self::worker::Worker;
use super::ensure;
use crate::driver::errors::Failure;
use crate::driver::settings::Settings;
use crate::driver::socket::Socket;

pub use self::mark::REPOSITORY;
pub use self::marking::bring;
pub use self::uses::{Looking, Refusal, Removal, Use, Uses, of};

/// The image that a start asks for, which nobody removes while the result is kept.
///
/// # Errors
/// Those of [`ensure`].
pub async fn use_of(socket: &Socket, plan: &PullPlan, tell: impl Fn(String)) -> Result<Use, Failure> {
    let looking = socket.images.enter().await;
    let id = ensure(socket, plan, tell).await?;
    Ok(looking.found(&id))
}

/// Those who remove images, one for each Podman. Dropping it ends them.
#[derive(Debug, Default)]
pub struct Collectors {
    running: Mutex<BTreeMap<PathBuf, Collector>>,
}

#[derive(Debug)]
struct Collector {
    socket: Arc<Socket>,
    delay: Duration,
    _work: AbortOnDropHandle<()>,
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.socket.images.switch(false);
    }
}

impl Collectors {
    /// Begins and ends what new settings ask for. To be called on a tokio runtime, where there is something to begin.
    pub fn follow(&self, settings: &Settings) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let on = settings.plugin.gc.image;
        let delay = image_delay(&settings.plugin);
        let wanted = |collector: &Collector| {
            on && collector.delay == delay
                && settings.sockets.iter().any(|socket| Arc::ptr_eq(socket, &collector.socket))
        };
        running.retain(|_, collector| wanted(collector));
        for socket in settings.sockets.iter().filter(|_| on) {
            running.entry(socket.path.clone()).or_insert_with(|| {
                socket.images.switch(true);
                let work = tokio::spawn(Worker::new(socket.clone(), delay).run());
                Collector { socket: socket.clone(), delay, _work: AbortOnDropHandle::new(work) }
            });
        }
    }
}
