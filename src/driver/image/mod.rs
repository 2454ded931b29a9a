//! The image of a task, before its container can be made: there already, pulled from its registry, or loaded from an
//! archive. The engine's plan says which; credentials are looked up here, and nothing is done twice at the same time.

mod archive;
mod credentials;
mod flight;
mod helper;
mod identity;
mod refusal;

use podman_driver_engine::pull::{ImageSource, PullPlan, PullPolicy};

use self::flight::{Key, Progress};
use super::errors::Failure;
use super::socket::Socket;
use crate::podman::{AuthHeader, Client, Deadlines, Error, PullEvent, PullQuery};

pub use self::refusal::go_text;

/// Gives the ID of the image that the plan asks for, and fetches it where it has to. `tell` is for the task's user.
///
/// Tasks that want the same of the same Podman at once share one pull, each with its own time limit; the pull ends when
/// nobody waits for it any more.
///
/// # Errors
/// `failed to create image: NAME: …`, in the Go driver's words, then the cause; recoverable where trying again may help.
pub async fn ensure(socket: &Socket, plan: &PullPlan, tell: impl Fn(String)) -> Result<String, Failure> {
    let outcome = match &plan.source {
        ImageSource::Registry(name) => registry(socket, plan, name, &tell).await,
        ImageSource::Archive(source) => archive::ensure(socket, plan, source, &tell).await,
    };
    outcome.map_err(|failure| {
        refusal::with_prefix(&format!("failed to create image: {}: ", plan.reference()), failure)
    })
}

async fn registry(
    socket: &Socket,
    plan: &PullPlan,
    name: &str,
    tell: &impl Fn(String),
) -> Result<String, Failure> {
    if plan.policy == PullPolicy::IfMissing
        && let Some(id) = present(&socket.podman, name).await?
    {
        return Ok(id);
    }
    tell(format!("Pulling image {name}"));
    let pulled = pull(socket, plan, name).await;
    pulled.map_err(|failure| {
        refusal::with_prefix(&format!("failed to start task, unable to pull image {name} : "), failure)
    })
}

/// The image's ID, if Podman has it. A Podman that cannot say it of this image may still be able to pull it.
async fn present(podman: &Client, name: &str) -> Result<Option<String>, Failure> {
    match podman.image(name).await {
        Ok(image) => Ok(image.map(|image| image.id)),
        Err(error) if error.is_unreachable() => {
            Err(Failure::new(format!("cannot inspect image: {error}")).recoverable(true))
        }
        Err(error) => {
            tracing::warn!(image = name, error = %error, "cannot inspect image, which is taken to be missing");
            Ok(None)
        }
    }
}

async fn pull(socket: &Socket, plan: &PullPlan, name: &str) -> Result<String, Failure> {
    let auth = credentials::header(plan, name).await.map_err(|reason| {
        Failure::new(format!("failed to determine authentication for {name:?}: {reason}"))
    })?;
    let query = PullQuery {
        reference: name.to_owned(),
        tls_verify: Some(plan.tls_verify),
        os: plan.platform.os.clone(),
        arch: plan.platform.arch.clone(),
        variant: plan.platform.variant.clone(),
    };
    let key = Key::of_pull(socket, &query, auth.as_ref());
    let podman = socket.podman.clone();
    let flight = flight::join(key, |progress| Box::pin(run(podman, query, auth, progress)));
    flight
        .within(plan.timeout)
        .await
        .unwrap_or_else(|progress| Err(refusal::pull_too_long(plan.timeout, &progress)))
}

/// One pull, to its end. Time limits are those of the callers.
async fn run(
    podman: Client,
    query: PullQuery,
    auth: Option<AuthHeader>,
    progress: Progress,
) -> Result<String, Failure> {
    let told = |error: &Error| refusal::of_pull(error, &query.reference);
    let deadlines = Deadlines::default().open_ended();
    let mut pull = podman.pull(&query, auth.as_ref(), deadlines).await.map_err(|error| told(&error))?;
    loop {
        match pull.next().await.map_err(|error| told(&error))? {
            Some(PullEvent::Progress(line)) => progress.tell(line),
            Some(PullEvent::Done(id)) => return Ok(id),
            None => {
                return Err(Failure::new(
                    "failed to read image pull response: it ends without an image's ID",
                ));
            }
        }
    }
}
