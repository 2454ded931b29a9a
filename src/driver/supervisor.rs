//! The one who looks after a task from its start to its destruction: takes commands and notices, lets the engine's
//! `lifecycle` decide, does what that says, and publishes the task's state. Each task has its own, and waits for nobody
//! else's. How Podman is asked and the container watched is `work`'s and `watch`'s.

mod run;
mod watch;
mod work;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use podman_driver_engine::lifecycle::{Exit, Life, Look, Policy};
use run::{Supervisor, phase};
use tokio::sync::{mpsc, watch as state};

use super::ending::Found;
use super::events::Ident;
use super::image::gc::Use;
use super::socket::{ExitNotice, Socket};
use super::store::Reservation;
use super::task::{Asked, Phase, Status, Task};
use super::{Driver, logs};

/// Commands that may wait for the supervisor.
const QUEUE: usize = 16;
/// The signal of a container that has none of its own.
const USUAL_SIGNAL: &str = "SIGTERM";

/// What a supervisor begins with.
pub struct Launch {
    /// Whose task it is.
    pub ident: Ident,
    /// Podman's ID of the container.
    pub container_id: String,
    /// Where it is.
    pub socket: Arc<Socket>,
    /// Its image, which is kept for it.
    pub image: Option<Use>,
    /// Its process, as far as Podman told of it.
    pub found: Found,
    /// Whether the container is removed when the task is destroyed.
    pub gc_container: bool,
    /// Where it stands.
    pub initial: Initial,
    /// News of the container from before Podman said of it what `found` has, if it said that it runs.
    pub seen: Option<ExitNotice>,
    /// How its output is carried to Nomad, where the driver does that.
    pub log: Option<logs::Facts>,
}

/// Where a task stands when its supervisor begins.
pub enum Initial {
    /// It runs.
    Running,
    /// It had ended.
    Ended(Exit),
    /// Podman could not be asked.
    Unknown,
}

/// What a recovered container is to be taken up as. What is not clear at once is looked into by the supervisor.
impl From<Look> for Initial {
    fn from(look: Look) -> Self {
        match look {
            Look::Runs | Look::Paused => Initial::Running,
            Look::Ended(exit) => Initial::Ended(exit),
            Look::NotStarted | Look::Absent | Look::Lost | Look::Unreachable => Initial::Unknown,
        }
    }
}

/// What of a task's supervision does not change.
#[derive(Clone)]
struct Post {
    driver: Arc<Driver>,
    ident: Ident,
    container_id: String,
    socket: Arc<Socket>,
    policy: Policy,
    status: state::Sender<Status>,
}

/// Begins to look after a task, and puts it into the store.
pub fn spawn(driver: &Arc<Driver>, reservation: Reservation, launch: Launch) -> Arc<Task> {
    let life = match launch.initial {
        Initial::Running => Life::running(),
        Initial::Ended(exit) => Life::ended(exit),
        Initial::Unknown => Life::unknown(),
    };
    let found = launch.found;
    let (sender, status) = state::channel(Status {
        phase: phase(&life),
        started_at: found.started_at,
        pid: found.pid,
        cgroup_path: found.cgroup_path.clone(),
    });
    let (commands, queue) = mpsc::channel(QUEUE);
    let output = launch.log.as_ref().map(|_| logs::Progress::default());
    let task = Arc::new(Task {
        ident: launch.ident.clone(),
        container_id: launch.container_id.clone(),
        socket: launch.socket.clone(),
        image: launch.image,
        status,
        commands,
        output: output.clone(),
    });
    let policy = Policy {
        // Until one of its own is found.
        stop_signal: USUAL_SIGNAL.to_owned(),
        remove: launch.gc_container,
        container_id: launch.container_id.clone(),
    };
    let post = Post {
        driver: driver.clone(),
        ident: launch.ident,
        container_id: launch.container_id,
        socket: launch.socket,
        policy,
        status: sender,
    };
    if let Some((facts, output)) = launch.log.zip(output) {
        // It ends by itself after the task, when the last line is there: a task that is destroyed meanwhile is no reason
        // to lose that.
        tokio::spawn(logs::follow(facts, task.socket.podman.clone(), task.status.clone(), output));
    }
    reservation.fill(task.clone());
    tokio::spawn(supervise(Supervisor::new(post, life, found, launch.seen), queue));
    task
}

/// A panic in here is one task's end, and told as such. The task can still be destroyed.
async fn supervise(mut supervisor: Supervisor, mut queue: mpsc::Receiver<Asked>) {
    let mut post = supervisor.post().clone();
    while AssertUnwindSafe(supervisor.run(&mut queue)).catch_unwind().await.is_err() {
        let exit = after_a_panic(&post);
        // Nobody knows whether the container runs: it goes with the task, so that it does not stay without one.
        post.policy.remove = true;
        supervisor = Supervisor::new(post.clone(), Life::ended(exit), Found::default(), None);
    }
}

fn after_a_panic(post: &Post) -> Exit {
    let error = "the driver met a defect while it looked after this task, and its log says where".to_owned();
    tracing::error!(task_id = post.ident.task_id, container = post.container_id, "{error}");
    post.driver.events.emit(&post.ident, error.clone());
    post.status.send_modify(|status| {
        if !matches!(status.phase, Phase::Ended(_)) {
            status.phase = Phase::Ended(Exit { error: error.clone(), ..Exit::default() });
        }
    });
    match &post.status.borrow().phase {
        Phase::Ended(exit) => exit.clone(),
        Phase::Running | Phase::Unknown => Exit { error, ..Exit::default() },
    }
}
