//! Images from registries: taken where they are there, pulled where they are not, once for all who want the same.

use podman_driver_engine::facts::PodmanVersion;
use podman_driver_engine::pull::{PullPlan, PullPolicy};
use tokio::time::{Instant, timeout_at};

use super::Failure;
use super::fetch::{self, Order};
use super::flight::{self, Key, Told};
use super::presence::{self, Presence};
use super::{credentials, gc, refusal};
use crate::driver::socket::Socket;
use crate::podman::{AuthHeader, PullQuery, Telling};

/// The image of this name.
pub(super) async fn ensure(
    socket: &Socket,
    plan: &PullPlan,
    name: &str,
    tell: &impl Fn(String),
) -> Result<String, Failure> {
    let mut other = None;
    if plan.policy == PullPolicy::IfMissing {
        match presence::of(socket, plan, name).await? {
            Presence::There(id) => return Ok(id),
            Presence::Missing => {}
            Presence::Other(platform) => other = Some(platform),
        }
    }
    tell(format!("Pulling image {name}"));
    let pulled = pull(socket, plan, name, tell).await;
    pulled.map_err(|failure| {
        let failure = match other {
            Some(platform) => refusal::with_other_platform(failure, name, &platform),
            None => failure,
        };
        refusal::with_prefix(&format!("failed to start task, unable to pull image {name} : "), failure)
    })
}

async fn pull(
    socket: &Socket,
    plan: &PullPlan,
    name: &str,
    tell: &impl Fn(String),
) -> Result<String, Failure> {
    let begun = Instant::now();
    // A limit beyond all times is none.
    let until = begun.checked_add(plan.timeout);
    let auth = credentials_of(plan, name, until).await?;
    let query = PullQuery {
        reference: name.to_owned(),
        tls_verify: Some(plan.tls_verify),
        os: plan.platform.os.clone(),
        arch: plan.platform.arch.clone(),
        variant: plan.platform.variant.clone(),
        telling: telling(socket, plan),
    };
    let key = Key::of_pull(socket, &query, auth.as_ref());
    let (podman, images, pulled) = (socket.podman.clone(), socket.images.clone(), name.to_owned());
    let order = Order { podman: podman.clone(), query, auth, silence: plan.activity_timeout };
    let flight = flight::join(key, |progress| {
        Box::pin(gc::bring(images, podman, pulled, fetch::run(order, progress)))
    });
    let told = |told: Told<'_>| match told {
        Told::Progress(text) | Told::Notice(text) => tell(format!("Pulling image {name}: {text}")),
    };
    let (outcome, standing) = flight
        .followed(until, &told)
        .await
        .map_err(|standing| refusal::pull_too_long(plan.timeout, &standing))?;
    let id = outcome?;
    presence::remember(socket, plan, name, &id);
    let amount = Some(standing.amount()).filter(|amount| !amount.is_empty());
    let amount = amount.map(|amount| format!(" ({amount})")).unwrap_or_default();
    tell(format!("Pulled image {name} in {:.1} s{amount}", begun.elapsed().as_secs_f32()));
    Ok(id)
}

/// The time that a source of credentials takes is the pull's.
async fn credentials_of(
    plan: &PullPlan,
    name: &str,
    until: Option<Instant>,
) -> Result<Option<AuthHeader>, Failure> {
    let wrapped =
        |reason: String| Failure::new(format!("failed to determine authentication for {name:?}: {reason}"));
    let header = credentials::header(plan, name);
    let Some(until) = until else { return header.await.map_err(wrapped) };
    timeout_at(until, header).await.map_err(|_| refusal::credentials_too_long(plan.timeout))?.map_err(wrapped)
}

/// Before 6.0 bytes are told only in Docker's form, which tells less of everything else. So it is asked for only where
/// an operator wants to know of silence.
fn telling(socket: &Socket, plan: &PullPlan) -> Telling {
    let Some(known) = socket.known() else { return Telling::Lines };
    let version = &known.facts.podman_version;
    if *version >= PodmanVersion::new(6, 0, 0) {
        Telling::Bytes
    } else if *version >= PodmanVersion::new(4, 8, 0) && plan.activity_timeout.is_some() {
        Telling::Docker
    } else {
        Telling::Lines
    }
}
