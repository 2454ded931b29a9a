//! The image of a task, before its container can be made: there already, pulled from its registry, or loaded from an
//! archive. The engine's plan says which; credentials are looked up here, and nothing is done twice at the same time.

mod archive;
mod auth_file;
mod credentials;
mod fetch;
mod flight;
pub mod gc;
mod helper;
mod known;
mod name;
mod presence;
mod progress;
mod refusal;
mod registry;
mod together;

use podman_driver_engine::pull::{ImageSource, PullPlan};

use super::errors::Failure;
use super::socket::Socket;
use crate::podman::Client;

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
        ImageSource::Registry(name) => registry::ensure(socket, plan, name, &tell).await,
        ImageSource::Archive(source) => archive::ensure(socket, plan, source, &tell).await,
    };
    outcome.map_err(|failure| {
        refusal::with_prefix(
            &format!("failed to create image: {}: ", archive::shown(&plan.reference())),
            failure,
        )
    })
}

/// The ID of the image of this name or ID, if Podman has it.
async fn present(podman: &Client, name: &str) -> Result<Option<String>, Failure> {
    Ok(presence::inspect(podman, name).await?.map(|image| image.id))
}
