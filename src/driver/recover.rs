//! `RecoverTask`: takes a task up again that an earlier process started, ours or the Go driver's, from the state that
//! the client kept. Nothing of the container changes by it: it keeps its ID, its process and its output.
//!
//! A container is never declared lost while Podman cannot be asked: the task is then of unknown state, and its
//! supervisor looks when Podman is back. An exit code is read before anything is removed.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use podman_driver_engine::lifecycle::{Exit, Look};

use super::errors::Failure;
use super::events::Ident;
use super::handle::State;
use super::logs;
use super::socket::{ExitNotice, Socket};
use super::store::Reservation;
use super::supervisor::{self, Initial, Launch};
use super::{Driver, ending, handle, request};
use crate::plugin::generated::driver::{RecoverTaskRequest, RecoverTaskResponse, TaskConfig};
use crate::podman::Container;

/// How long Podman may take to say how a container is. The client recovers its tasks one after the other.
const PATIENCE: Duration = Duration::from_secs(10);

/// Takes a task up. One that is known already is left as it is.
///
/// # Errors
/// The request or the state in it is incomplete, the socket is not configured any more, or the container is gone. The
/// client then starts the task anew.
pub async fn recover(
    driver: &Arc<Driver>,
    request: RecoverTaskRequest,
) -> Result<RecoverTaskResponse, Failure> {
    let handle = request.handle.ok_or_else(|| Failure::new("error: handle cannot be nil"))?;
    let task = handle.config.ok_or_else(|| {
        Failure::new("error: handle cannot be nil: it has no task config, which says whose task it is")
    })?;
    let Some(reservation) = reserve(driver, &task).await else { return Ok(RecoverTaskResponse {}) };
    let state = handle::decode(&handle.driver_state)?;
    let socket = socket(driver, &state)?;
    not_taken(driver, &socket, &state.container_id)?;
    let news = socket.exits(&state.container_id);
    let found = look(driver, &socket, &state, &request::ident(&task)).await?;
    tracing::info!(
        task_id = task.id,
        container = state.container_id,
        written_by = if state.version.is_some() { "this driver" } else { "the Go driver" },
        found = found.text(),
        "a task is recovered"
    );
    take_up(driver, reservation, &task, socket, &state, (found, news));
    Ok(RecoverTaskResponse {})
}

/// `None` for a task that is known. Another recovery of it that is under way is waited for.
async fn reserve(driver: &Driver, task: &TaskConfig) -> Option<Reservation> {
    loop {
        match driver.store.reserve(&task.id) {
            Ok(reservation) => return Some(reservation),
            Err(_) if driver.store.settled(&task.id).await => return None,
            Err(_) => {}
        }
    }
}

fn socket(driver: &Driver, state: &State) -> Result<Arc<Socket>, Failure> {
    let name = &state.task_config.socket;
    driver.settings().socket(name).cloned().ok_or_else(|| {
        Failure::new(format!(
            "error: cannot find the podman socket for this task. Socket might have been removed from driver config but \
             still referenced in Task. podmanClient={name}"
        ))
    })
}

/// Two tasks of one container would stop and remove it for each other.
fn not_taken(driver: &Driver, socket: &Socket, container_id: &str) -> Result<(), Failure> {
    match driver.store.of_container(&socket.path, container_id) {
        None => Ok(()),
        Some(other) => Err(Failure::new(format!(
            "the container {container_id} is the one of task {:?}, which is known already",
            other.ident.task_id
        ))),
    }
}

/// What was found of the container.
enum Found {
    /// Podman told.
    Container(Box<Container>, Initial),
    /// Podman did not.
    Nothing,
}

impl Found {
    fn text(&self) -> &'static str {
        match self {
            Found::Container(_, Initial::Running) => "it runs",
            Found::Container(_, Initial::Ended(_)) => "it has ended",
            Found::Container(_, Initial::Unknown) | Found::Nothing => "Podman cannot say yet",
        }
    }
}

async fn look(driver: &Driver, socket: &Socket, state: &State, ident: &Ident) -> Result<Found, Failure> {
    let Some(container) = inspect(socket, &state.container_id).await? else { return Ok(Found::Nothing) };
    let exit = match ending::judge(&container, false) {
        Look::Ended(exit) => exit,
        Look::NotStarted => {
            return Err(Failure::new(format!(
                "the container {} was made and has never been started",
                state.container_id
            )));
        }
        look => return Ok(Found::Container(Box::new(container), look.into())),
    };
    if driver.settings().plugin.recover_stopped && container.state.status.has_ended() {
        return Ok(start_again(driver, socket, ident, container, exit).await);
    }
    let exit = with_reason(&container, exit);
    Ok(Found::Container(Box::new(container), Initial::Ended(exit)))
}

/// The container; `None` where Podman cannot be asked, or cannot answer.
async fn inspect(socket: &Socket, container_id: &str) -> Result<Option<Container>, Failure> {
    let reason = match tokio::time::timeout(PATIENCE, socket.podman.inspect_container(container_id)).await {
        Ok(Ok(Some(container))) => return Ok(Some(container)),
        Ok(Ok(None)) => {
            return Err(Failure::new(format!(
                "No such Container: Podman does not have {container_id} any more"
            )));
        }
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("it did not answer within {PATIENCE:?}"),
    };
    tracing::warn!(
        socket = socket.name,
        container = container_id,
        error = reason,
        "Podman cannot be asked for the container of a task that is recovered: the task is taken up as it was, and \
         looked for when Podman is back"
    );
    Ok(None)
}

/// A container that ran when its host went down has ended, as Podman sees it, without having been seen to end: its code
/// is the 0 that every container begins with.
fn with_reason(container: &Container, exit: Exit) -> Exit {
    let state = &container.state;
    let seen = state.finished_at.is_some() && state.finished_at >= state.started_at;
    if seen || exit.code != 0 || !exit.error.is_empty() {
        return exit;
    }
    let error = format!(
        "Driver was unable to get the exit code. ID: {}: Podman did not see it end, most likely since the host was \
         restarted",
        container.id
    );
    Exit { error, ..exit }
}

/// What `recover_stopped` asks for. A container that does not start has ended as it had before.
async fn start_again(
    driver: &Driver,
    socket: &Socket,
    ident: &Ident,
    container: Container,
    exit: Exit,
) -> Found {
    let id = container.id.clone();
    let started = async {
        socket.podman.start_container(&id).await?;
        socket.podman.inspect_container(&id).await
    };
    let why = match tokio::time::timeout(PATIENCE, started).await {
        Ok(Ok(Some(container))) => {
            driver.events.emit(ident, "The stopped container was started again");
            let initial = ending::judge(&container, false).into();
            return Found::Container(Box::new(container), initial);
        }
        // Podman may do it yet.
        Err(_) => return Found::Nothing,
        Ok(Err(error)) if error.is_unreachable() => return Found::Nothing,
        Ok(Ok(None)) => "somebody removed it".to_owned(),
        Ok(Err(error)) => error.to_string(),
    };
    tracing::warn!(
        task_id = ident.task_id,
        container = id,
        error = why,
        "the stopped container does not start again"
    );
    driver.events.emit(ident, format!("The stopped container does not start again: {why}"));
    let exit = with_reason(&container, exit);
    Found::Container(Box::new(container), Initial::Ended(exit))
}

fn take_up(
    driver: &Arc<Driver>,
    reservation: Reservation,
    task: &TaskConfig,
    socket: Arc<Socket>,
    state: &State,
    (found, news): (Found, ExitNotice),
) {
    let (found, image, initial) = match found {
        Found::Container(container, initial) => {
            (ending::Found::of(&container), Some(socket.images.take(&container.image)), initial)
        }
        Found::Nothing => (ending::Found::default(), None, Initial::Unknown),
    };
    // An ended container is in the way of the task's next start, so that it is removed whatever `gc.container` says.
    let ended = matches!(initial, Initial::Ended(_));
    let (id, file) = (&state.container_id, state.log_file.as_deref());
    let log = state.log_streamer.then(|| logs::Facts::of(task, id, file, false, &driver.settings()));
    let launch = Launch {
        ident: request::ident(task),
        container_id: state.container_id.clone(),
        socket,
        image,
        found: ending::Found { started_at: found.started_at.or_else(|| known(state.started_at)), ..found },
        gc_container: ended || driver.settings().plugin.gc.container,
        seen: matches!(initial, Initial::Running).then_some(news),
        initial,
        log: log.flatten(),
    };
    supervisor::spawn(driver, reservation, launch);
}

/// A handle without a time has the year 1.
fn known(time: Timestamp) -> Option<Timestamp> {
    (time > Timestamp::UNIX_EPOCH).then_some(time)
}
