//! `StartTask`: from the client's task to a running container, step by step, and back again where a step fails or the
//! client goes away. What the container is to be is the engine's; who watches it afterwards is the supervisor.

mod cleanup;
mod links;
mod namesake;
mod network;
mod plan;
mod refusal;

use std::sync::Arc;
use std::time::Duration;

use podman_driver_engine::lifecycle::Look;
use tokio::sync::oneshot;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use self::cleanup::HalfMade;
use self::plan::{Carried, Plan};
use self::refusal::{Step, refused};
use super::Driver;
use super::ending::{self, Found};
use super::errors::Failure;
use super::handle;
use super::image::gc::{self, Use};
use super::logs;
use super::mark::Mark;
use super::socket::ExitNotice;
use super::store::Reservation;
use super::supervisor::{self, Initial, Launch};
use super::task::Task;
use crate::plugin::generated::driver::{StartTaskRequest, StartTaskResponse, TaskConfig};
use crate::podman::Container;

/// Starts a task. The work goes on by itself: dropping this future (the client went away) makes it clean up.
///
/// # Errors
/// The step that failed, with Podman's words. Nothing is left of the start, or it is owed to the next contact.
pub async fn start(driver: &Arc<Driver>, request: StartTaskRequest) -> Result<StartTaskResponse, Failure> {
    let gone = CancellationToken::new();
    // Dropping it with this future is how the work learns that nobody waits any more.
    let _guard = gone.clone().drop_guard();
    let (answer, wait) = oneshot::channel();
    let driver = driver.clone();
    tokio::spawn(async move {
        let started = run(driver.clone(), request, gone).await;
        if let Err(Ok(unwanted)) = answer.send(started) {
            take_back(&driver, &unwanted).await;
        }
    });
    let defect =
        || Failure::new("failed to start task: the driver has a defect here, and its log says where");
    wait.await.unwrap_or_else(|_| Err(defect())).map(|done| done.response)
}

/// What a start that succeeded has to tell.
struct Done {
    response: StartTaskResponse,
    task: Arc<Task>,
    adopted: bool,
}

/// The client went away at the last moment, and knows nothing of its task. A container that was there before stays.
async fn take_back(driver: &Driver, done: &Done) {
    if done.adopted {
        return driver.store.remove(&done.task.ident.task_id);
    }
    tracing::warn!(
        task_id = done.task.ident.task_id,
        "the client went away while its task was started; it is taken back"
    );
    for undone in [done.task.stop(None, Duration::ZERO).await, done.task.destroy(true).await] {
        if let Err(failure) = undone {
            tracing::warn!(task_id = done.task.ident.task_id, error = %failure, "a task that nobody knows goes on");
        }
    }
}

async fn run(
    driver: Arc<Driver>,
    request: StartTaskRequest,
    gone: CancellationToken,
) -> Result<Done, Failure> {
    let task = request.task.ok_or_else(|| Failure::new("failed to start task: the request has no task"))?;
    let reservation = driver.store.reserve(&task.id)?;
    let plan = Plan::make(&driver, &task).await?;
    plan.warn(&driver);
    let started = container(&driver, &task, &plan, &gone).await?;
    Ok(finish(&driver, task, plan, started, reservation))
}

/// A container that runs, or ran.
struct Started {
    container: Container,
    image: Use,
    adopted: bool,
    /// News of it from before Podman said that it runs.
    seen: Option<ExitNotice>,
}

/// Adopts the namesake, or makes the container.
async fn container(
    driver: &Arc<Driver>,
    task: &TaskConfig,
    plan: &Plan,
    gone: &CancellationToken,
) -> Result<Started, Failure> {
    let mark = Mark::of(task, &plan.translation.spec);
    // Also for a container that is adopted: Nomad may have made the pipe anew.
    plan.give_pipe()?;
    match namesake::settle(driver, plan, &mark).await? {
        Some(container) => {
            let image = plan.socket.images.take(&container.image);
            Ok(Started { container, image, adopted: true, seen: None })
        }
        None => {
            let image = or_gone(gone, image(driver, plan)).await?;
            let (container, news) = make(driver, plan, &mark, &image, gone).await?;
            let runs = matches!(ending::judge(&container, false), Look::Runs);
            Ok(Started { container, image, adopted: false, seen: runs.then_some(news) })
        }
    }
}

/// Create and start, of an image that is there. From create on, everything that goes wrong takes the container away again.
async fn make(
    driver: &Arc<Driver>,
    plan: &Plan,
    mark: &Mark,
    image: &str,
    gone: &CancellationToken,
) -> Result<(Container, ExitNotice), Failure> {
    let mut spec = plan.translation.spec_with_image(image);
    mark.write(&mut spec);
    plan.make_file()?;
    let podman = &plan.socket.podman;
    let made = HalfMade::new(plan, mark);
    // Podman finishes a create whoever waits: to know what is to be cleaned up, the answer is awaited.
    let created = match podman.create_container(&spec).await {
        Ok(created) => created,
        Err(error) => {
            let refusal = refused(Step::Create, plan, &error);
            made.undo_create(&error).await;
            return Err(refusal);
        }
    };
    for warning in &created.warnings {
        tracing::warn!(task_id = plan.ident.task_id, warning, "Podman warns about the new container");
    }
    let made = made.created(created.id.clone());
    tell(driver, plan, format!("Created container {} ({})", plan.name, short(&created.id)));
    match or_gone(gone, launch(plan, &created.id)).await {
        Ok(started) => {
            made.keep();
            Ok(started)
        }
        Err(failure) => {
            made.undo().await;
            Err(failure)
        }
    }
}

async fn launch(plan: &Plan, id: &str) -> Result<(Container, ExitNotice), Failure> {
    let podman = &plan.socket.podman;
    let news = plan.socket.exits(id);
    let begun = Instant::now();
    podman.start_container(id).await.map_err(|error| refused(Step::Start, plan, &error))?;
    plan.socket.has_to_be_told(begun);
    match podman.inspect_container(id).await {
        Ok(Some(container)) => Ok((container, news)),
        Ok(None) => Err(Failure::new(
            "failed to start task, could not inspect container : No such Container: somebody removed it right after its start",
        )),
        Err(error) => Err(refused(Step::Inspect, plan, &error)),
    }
}

fn tell(driver: &Driver, plan: &Plan, message: String) {
    driver.events.emit(&plan.ident, message);
}

/// An ID as Podman's own tools show it.
fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}

async fn image(driver: &Arc<Driver>, plan: &Plan) -> Result<Use, Failure> {
    gc::use_of(&plan.socket, &plan.pull, |message| tell(driver, plan, message)).await
}

/// Gives up when the client is gone. What was begun is dropped, which ends its requests.
async fn or_gone<T>(
    gone: &CancellationToken,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    tokio::select! {
        answer = work => answer,
        () = gone.cancelled() => Err(Failure::new("failed to start task: the client went away")),
    }
}

/// Hands the container to its supervisor and tells the client.
fn finish(
    driver: &Arc<Driver>,
    mut task: TaskConfig,
    plan: Plan,
    started: Started,
    reservation: Reservation,
) -> Done {
    let Started { container, image, adopted, seen } = started;
    let net = network::of(&plan, &container);
    let started_at = container.state.started_at.unwrap_or_else(jiff::Timestamp::now);
    tracing::info!(
        task_id = plan.ident.task_id,
        container = container.id,
        adopted,
        "the task's container is started"
    );
    task.env = plan.translation.spec.env.clone();
    let carried = if adopted { Carried::of_container(&container, &plan.nomad) } else { plan.carried };
    let state = handle::State {
        task_config: plan.config,
        container_id: container.id.clone(),
        started_at,
        net: Some(net.clone()),
        log_streamer: carried != Carried::Nothing,
        log_file: carried.file().map(str::to_owned),
        version: Some(handle::STATE_VERSION),
    };
    // Of a container that is adopted, somebody else has carried what is there; our own places are found again.
    let file = carried.file();
    let log = (carried != Carried::Nothing)
        .then(|| logs::Facts::of(&task, &container.id, file, !adopted, &plan.settings))
        .flatten();
    let handle = handle::of(task, &state);
    let found = Found { started_at: Some(started_at), ..Found::of(&container) };
    let launch = Launch {
        ident: plan.ident,
        container_id: container.id,
        socket: plan.socket,
        image: Some(image),
        found,
        gc_container: driver.settings().plugin.gc.container,
        initial: Initial::Running,
        seen,
        log,
    };
    // An adopted container may be an earlier start's, of which a client that is gone knew. One has one supervisor.
    if adopted && let Some(earlier) = driver.store.of_container(&launch.socket.path, &launch.container_id) {
        driver.store.remove(&earlier.ident.task_id);
    }
    let task = supervisor::spawn(driver, reservation, launch);
    let response = StartTaskResponse {
        handle: Some(handle),
        network_override: Some(network::told(&net)),
        ..StartTaskResponse::default()
    };
    Done { response, task, adopted }
}
