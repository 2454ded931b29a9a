//! One pull, to its end, for all who wait for it: asked for again where that is worth it, ended where the registry has
//! been silent for too long.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable as _};
use tokio::time::{Instant, timeout};

use super::Failure;
use super::progress::Progress;
use super::refusal::{self, Refused};
use crate::podman::{AuthHeader, Client, Deadlines, Error, Pull, PullEvent, PullQuery, Telling};

/// How often a pull is asked for, at most.
pub(super) const ATTEMPTS: usize = 3;
/// Podman tries some things several times by itself, for up to twenty seconds. When this much time has passed without a
/// single layer, it is not asked again.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is pulled, and how.
pub(super) struct Order {
    pub(super) podman: Client,
    pub(super) query: PullQuery,
    pub(super) auth: Option<AuthHeader>,
    /// How long the registry may be silent.
    pub(super) silence: Option<Duration>,
}

/// Pulls, and gives the image's ID. The limit for the whole is that of the callers.
pub(super) async fn run(order: Order, progress: Progress) -> Result<String, Failure> {
    let begun = Instant::now();
    let back_off = ExponentialBuilder::default()
        .with_jitter()
        .with_min_delay(Duration::from_secs(1))
        .with_factor(3.0)
        .with_max_times(ATTEMPTS - 1);
    let mut attempts = 1;
    let outcome = (|| attempt(&order, &progress))
        .retry(back_off)
        .when(|refused| refused.again && (progress.has_layers() || begun.elapsed() < PATIENCE))
        .notify(|refused, pause| {
            attempts += 1;
            tracing::info!(image = order.query.reference, reason = refused.reason, "a pull is tried again");
            let pause = pause.as_secs_f32();
            progress.again(format!("it failed, and is tried again in {pause:.1} s: {}", refused.reason));
        })
        .await;
    outcome.map_err(|refused| refused.after(attempts))
}

async fn attempt(order: &Order, progress: &Progress) -> Result<String, Refused> {
    let refused = |error: Error| refusal::of_pull(&error, &order.query.reference);
    let deadlines = Deadlines::default().open_ended();
    let begin = order.podman.pull(&order.query, order.auth.as_ref(), deadlines);
    let mut pull = heard(order, progress, begin).await?.map_err(refused)?;
    loop {
        match heard(order, progress, next(&mut pull)).await?.map_err(refused)? {
            PullEvent::Progress(line) => progress.tell(line),
            PullEvent::Layer(layer) => progress.layer(layer),
            PullEvent::Done(id) => {
                progress.done(&id);
                return whole(order, id).await;
            }
        }
    }
}

async fn next(pull: &mut Pull) -> Result<PullEvent, Error> {
    let ended = || Error::Answer {
        path: "/images/pull".to_owned(),
        reason: "it ends without an image's ID".to_owned(),
    };
    pull.next().await.and_then(|event| event.ok_or_else(ended))
}

/// What comes next, unless the registry is waited for in vain.
async fn heard<T>(order: &Order, progress: &Progress, next: impl Future<Output = T>) -> Result<T, Refused> {
    match order.silence.filter(|_| progress.waits_for_registry()) {
        None => Ok(next.await),
        Some(limit) => timeout(limit, next).await.map_err(|_| refusal::stalled(limit, &progress.standing())),
    }
}

/// In Docker's form only the beginning of the ID is told; the whole of it is what Podman has under it.
async fn whole(order: &Order, id: String) -> Result<String, Refused> {
    if order.query.telling != Telling::Docker {
        return Ok(id);
    }
    match order.podman.image(&id).await {
        Ok(Some(image)) if image.id.starts_with(&id) => Ok(image.id),
        Ok(_) => Err(Refused::new(
            Failure::new(format!("failed to pull image: Podman pulled {id} and does not have it any more"))
                .recoverable(true),
        )),
        Err(error) => Err(refusal::of_pull(&error, &order.query.reference)),
    }
}
