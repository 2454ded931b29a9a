//! What a supervisor asks of Podman, each as a future of its own, and what the answers mean for the engine.

use std::pin::Pin;
use std::sync::Arc;

use podman_driver_engine::lifecycle::{Event, Look, Signalled};
use tokio::sync::oneshot;

use crate::driver::ending::{self, Found};
use crate::driver::socket::Socket;
use crate::podman::{Error, RemoveOptions};

/// How long a forced removal lets a container end before it is killed, in seconds.
const REMOVAL_GRACE: u64 = 0;

/// Something that is being asked.
pub(super) type Work = Pin<Box<dyn Future<Output = Came> + Send>>;

/// What came of it.
pub(super) enum Came {
    /// An event as it is.
    Of(Event),
    /// How the container is.
    Looked(Look, Option<Found>),
    /// How it ended.
    Awaited(Look, Option<Found>),
}

pub(super) fn look(socket: Arc<Socket>, id: String, killed: bool) -> Work {
    Box::pin(async move {
        let (look, found) = ending::find(&socket, &id, killed).await;
        Came::Looked(look, found)
    })
}

/// `dead`: a process that is known to have ended.
pub(super) fn await_exit(socket: Arc<Socket>, id: String, killed: bool, dead: Option<u32>) -> Work {
    Box::pin(async move {
        let (look, found) = ending::await_exit(&socket, &id, killed, dead).await;
        Came::Awaited(look, found)
    })
}

pub(super) fn signal(socket: Arc<Socket>, id: String, signal: String) -> Work {
    Box::pin(async move {
        let answer = socket.podman.kill_container(&id, &signal).await;
        Came::Of(Event::Signalled(signalled(answer)))
    })
}

pub(super) fn unpause(socket: Arc<Socket>, id: String) -> Work {
    Box::pin(async move {
        let answer = socket.podman.unpause_container(&id).await;
        Came::Of(Event::Unpaused(signalled(answer)))
    })
}

/// Sends a signal for somebody, who gets what comes of it.
pub(super) fn deliver(
    socket: Arc<Socket>,
    id: String,
    signal: String,
    reply: oneshot::Sender<Result<(), String>>,
) -> Work {
    Box::pin(async move {
        let sent = socket.podman.kill_container(&id, &signal).await;
        // Who asked may have stopped waiting.
        let _ = reply.send(sent.map_err(|error| refusal("cannot kill container", &error)));
        Came::Of(Event::LookAgain)
    })
}

pub(super) fn remove(socket: Arc<Socket>, id: String) -> Work {
    Box::pin(async move {
        let options = RemoveOptions { timeout: Some(REMOVAL_GRACE), ..RemoveOptions::BY_FORCE };
        let removed = socket.podman.remove_container(&id, &options).await.map(drop).map_err(|error| {
            let text = refusal("cannot delete container", &error);
            tracing::warn!(
                container = id,
                error = text,
                "the container of a destroyed task cannot be removed yet"
            );
            text
        });
        Came::Of(Event::Removed(removed))
    })
}

fn signalled(answer: Result<(), Error>) -> Signalled {
    match answer {
        Ok(()) => Signalled::Sent,
        Err(error) if error.is_unreachable() => Signalled::Unreachable,
        Err(error) if error.is_absent() => Signalled::NotRunning,
        Err(error) if error.is_paused() => Signalled::Paused,
        Err(error) if error.is_wrong_state() => Signalled::NotRunning,
        Err(error) => Signalled::Refused(refusal("cannot stop container", &error)),
    }
}

/// The Go driver's words, then Podman's.
fn refusal(first: &str, error: &Error) -> String {
    match error {
        Error::Podman { status, cause, .. } => format!("{first}, status code: {status}: {cause}"),
        other => format!("{first}: {other}"),
    }
}
