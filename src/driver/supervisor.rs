//! The one who looks after a task from its start to its destruction: takes commands and notices, lets the engine's
//! `lifecycle` decide, does what that says, and publishes the task's state. Each task has its own, and waits for nobody
//! else's.

use std::collections::HashMap;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::stream::{FuturesUnordered, StreamExt};
use jiff::Timestamp;
use podman_driver_engine::lifecycle::{
    Action, CommandId, Event, Exit, Life, Look, Policy, Signalled, State, step,
};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::task::AbortOnDropHandle;

use super::events::Ident;
use super::process::Process;
use super::socket::{Debt, ExitNotice, Socket};
use super::store::Reservation;
use super::task::{Asked, Numbers, Phase, Status, Task};
use super::{Driver, ending, signals};
use crate::podman::{Error, RemoveOptions};

/// Commands that may wait for the supervisor.
const QUEUE: usize = 16;
/// The signal of a container that has none of its own.
const USUAL_SIGNAL: &str = "SIGTERM";
/// How long a forced removal lets a container end before it is killed, in seconds.
const REMOVAL_GRACE: u64 = 0;

/// What a supervisor begins with.
pub struct Launch {
    /// Whose task it is.
    pub ident: Ident,
    /// Podman's ID of the container.
    pub container_id: String,
    /// Where it is.
    pub socket: Arc<Socket>,
    /// When it started.
    pub started_at: Option<Timestamp>,
    /// The host's ID of its process, where Podman says so.
    pub pid: Option<u32>,
    /// Its cgroup, where Podman says so.
    pub cgroup_path: Option<String>,
    /// The container's own signal to end by: a name or a number.
    pub stop_signal: Option<String>,
    /// Whether the container is removed when the task is destroyed.
    pub gc_container: bool,
    /// Where it stands.
    pub initial: Initial,
    /// What carries its output on, for as long as the task is known.
    pub log: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
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

/// Begins to look after a task, and puts it into the store.
pub fn spawn(driver: &Arc<Driver>, reservation: Reservation, launch: Launch) -> Arc<Task> {
    let life = match &launch.initial {
        Initial::Running => Life::running(),
        Initial::Ended(exit) => Life::ended(exit.clone()),
        Initial::Unknown => Life::unknown(),
    };
    let status = Status {
        phase: phase(&life),
        started_at: launch.started_at,
        pid: launch.pid,
        cgroup_path: launch.cgroup_path.clone(),
    };
    let (status_sender, status) = watch::channel(status);
    let (commands, queue) = mpsc::channel(QUEUE);
    let task = Arc::new(Task {
        ident: launch.ident.clone(),
        container_id: launch.container_id.clone(),
        socket: launch.socket.clone(),
        status,
        commands,
    });
    let supervisor = Supervisor::new(driver.clone(), launch, life, status_sender);
    reservation.fill(task.clone());
    tokio::spawn(supervise(supervisor, queue));
    task
}

/// A panic in here is one task's end, and told as such.
async fn supervise(supervisor: Supervisor, queue: mpsc::Receiver<Asked>) {
    let status = supervisor.status.clone();
    let (driver, ident) = (supervisor.driver.clone(), supervisor.ident.clone());
    if AssertUnwindSafe(supervisor.run(queue)).catch_unwind().await.is_err() {
        let error =
            "the driver met a defect while it looked after this task, and its log says where".to_owned();
        driver.events.emit(&ident, error.clone(), Default::default());
        status.send_modify(|status| {
            if !matches!(status.phase, Phase::Ended(_)) {
                status.phase = Phase::Ended(Exit { error, ..Exit::default() });
            }
        });
        driver.store.remove(&ident.task_id);
    }
}

type Work = Pin<Box<dyn Future<Output = Event> + Send>>;

struct Supervisor {
    driver: Arc<Driver>,
    ident: Ident,
    container_id: String,
    socket: Arc<Socket>,
    policy: Policy,
    life: Life,
    status: watch::Sender<Status>,
    replies: HashMap<CommandId, oneshot::Sender<Result<(), String>>>,
    numbers: Numbers,
    work: FuturesUnordered<Work>,
    /// What `now` counts from.
    began: Instant,
    wake_at: Option<Instant>,
    process: Option<Process>,
    oom_counter: Option<PathBuf>,
    oom_counted: bool,
    _log: Option<AbortOnDropHandle<()>>,
}

impl Supervisor {
    fn new(driver: Arc<Driver>, launch: Launch, life: Life, status: watch::Sender<Status>) -> Self {
        let stop_signal = launch.stop_signal.as_deref().and_then(|signal| signals::parse(signal).ok());
        let policy = Policy {
            stop_signal: stop_signal.unwrap_or_else(|| USUAL_SIGNAL.to_owned()),
            remove: launch.gc_container,
            container_id: launch.container_id.clone(),
        };
        let process = launch.pid.and_then(|pid| Process::of(pid, &launch.container_id));
        let oom_counter = launch.cgroup_path.as_deref().and_then(ending::oom_counter);
        Self {
            driver,
            ident: launch.ident,
            container_id: launch.container_id,
            socket: launch.socket,
            policy,
            life,
            status,
            replies: HashMap::new(),
            numbers: Numbers::default(),
            work: FuturesUnordered::new(),
            began: Instant::now(),
            wake_at: None,
            process,
            oom_counter,
            oom_counted: false,
            _log: launch.log.map(|log| AbortOnDropHandle::new(tokio::spawn(log))),
        }
    }

    async fn run(mut self, mut queue: mpsc::Receiver<Asked>) {
        let notice = self.socket.exits(&self.container_id);
        // Something may have happened before anybody listened.
        if !matches!(self.life.state, State::Ended) {
            self.work.push(self.work_of(Action::Look));
        }
        while !matches!(self.life.state, State::Gone) {
            let event = tokio::select! {
                asked = queue.recv() => match asked {
                    Some((command, reply)) => {
                        let id = self.numbers.next();
                        self.replies.insert(id, reply);
                        Event::Asked(id, command)
                    }
                    // Nobody has the task any more.
                    None => return,
                },
                Some(event) = self.work.next() => event,
                () = until(self.wake_at) => {
                    self.wake_at = None;
                    Event::Timer
                }
                event = news(&self.life.state, &mut self.process, &notice, &self.socket, &self.container_id) => event,
            };
            self.happened(event);
        }
    }

    fn happened(&mut self, event: Event) {
        if event == Event::ProcessEnded {
            // Before Podman takes the cgroup away.
            self.oom_counted |= self.oom_counter.as_deref().is_some_and(ending::has_counted);
        }
        let life = std::mem::replace(&mut self.life, Life::unknown());
        let (life, actions) = step(life, event, self.began.elapsed(), &self.policy);
        self.life = life;
        self.publish();
        for action in actions {
            self.act(action);
        }
    }

    fn publish(&self) {
        let phase = phase(&self.life);
        self.status.send_if_modified(|status| {
            if status.phase == phase {
                return false;
            }
            if let Phase::Ended(exit) = &phase {
                tracing::info!(
                    task_id = self.ident.task_id,
                    container = self.container_id,
                    exit_code = exit.code,
                    oom_killed = exit.oom_killed,
                    error = exit.error,
                    "the task has ended"
                );
                (status.pid, status.cgroup_path) = (None, None);
            }
            status.phase = phase;
            true
        });
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Reply(id, answer) => {
                if let Some(reply) = self.replies.remove(&id) {
                    // Who asked may have stopped waiting.
                    let _ = reply.send(answer);
                }
            }
            Action::WakeAt(at) => self.wake_at = self.began.checked_add(at),
            Action::Owe => {
                self.socket.owe(Debt { container: self.container_id.clone(), task_id: String::new() });
            }
            Action::Forget => self.driver.store.remove(&self.ident.task_id),
            Action::Deliver(id, signal) => self.deliver(id, signal),
            Action::Signal(_)
            | Action::Unpause
            | Action::Look
            | Action::LookLater(_)
            | Action::AwaitExit
            | Action::Remove => self.work.push(self.work_of(action)),
        }
    }

    /// Sends a signal for somebody, who gets what comes of it.
    fn deliver(&mut self, id: CommandId, signal: String) {
        let Some(reply) = self.replies.remove(&id) else { return };
        let (socket, container) = (self.socket.clone(), self.container_id.clone());
        self.work.push(Box::pin(async move {
            let sent = socket.podman.kill_container(&container, &signal).await;
            let _ = reply.send(sent.map_err(|error| refusal("cannot kill container", &error)));
            Event::LookAgain
        }));
    }

    fn work_of(&self, action: Action) -> Work {
        let (socket, id) = (self.socket.clone(), self.container_id.clone());
        let killed = self.oom_counted;
        match action {
            Action::Signal(signal) => Box::pin(async move {
                Event::Signalled(signalled(socket.podman.kill_container(&id, &signal).await))
            }),
            Action::Unpause => {
                Box::pin(
                    async move { Event::Unpaused(signalled(socket.podman.unpause_container(&id).await)) },
                )
            }
            Action::LookLater(after) => Box::pin(async move {
                sleep(after).await;
                Event::LookAgain
            }),
            Action::AwaitExit => {
                Box::pin(async move { Event::Looked(ending::await_exit(&socket, &id, killed).await) })
            }
            Action::Remove => Box::pin(async move { Event::Removed(remove(&socket, &id).await) }),
            _ => Box::pin(async move { Event::Looked(ending::look(&socket, &id, killed).await) }),
        }
    }
}

fn phase(life: &Life) -> Phase {
    match (&life.exit, &life.state) {
        (Some(exit), _) => Phase::Ended(exit.clone()),
        (None, State::Unknown) => Phase::Unknown,
        (None, State::Running | State::Stopping(_) | State::Ended | State::Removing | State::Gone) => {
            Phase::Running
        }
    }
}

async fn until(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// Waits for a sign that the container may have ended: its process, Podman's events, or, where there are none, an answer
/// of Podman's own.
async fn news(
    state: &State,
    process: &mut Option<Process>,
    notice: &ExitNotice,
    socket: &Socket,
    id: &str,
) -> Event {
    match state {
        State::Unknown | State::Running | State::Stopping(_) => {}
        State::Ended | State::Removing | State::Gone => return std::future::pending().await,
    }
    if let Some(running) = process.as_ref() {
        tokio::select! {
            ended = running.ended() => {
                *process = None;
                return if ended.is_ok() { Event::ProcessEnded } else { Event::LookAgain };
            }
            () = notice.changed() => return Event::LookAgain,
        }
    }
    if socket.is_without_events() {
        tokio::select! {
            () = notice.changed() => {}
            waited = socket.podman.wait_container(id) => {
                if waited.is_err() {
                    sleep(Duration::from_secs(1)).await;
                }
            }
        }
    } else {
        notice.changed().await;
    }
    Event::LookAgain
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

async fn remove(socket: &Socket, id: &str) -> Result<(), String> {
    let options = RemoveOptions {
        force: true,
        volumes: true,
        timeout: Some(REMOVAL_GRACE),
        ..RemoveOptions::default()
    };
    match socket.podman.remove_container(id, &options).await {
        Ok(_) => Ok(()),
        Err(error) => {
            let text = refusal("cannot delete container", &error);
            tracing::warn!(
                container = id,
                error = text,
                "the container of a task that is destroyed cannot be removed yet"
            );
            Err(text)
        }
    }
}

/// The Go driver's words, then Podman's.
fn refusal(first: &str, error: &Error) -> String {
    match error {
        Error::Podman { status, cause, .. } => format!("{first}, status code: {status}: {cause}"),
        other => format!("{first}: {other}"),
    }
}

/// What of a look means that a recovered container is to be taken up as.
impl From<Look> for Initial {
    fn from(look: Look) -> Self {
        match look {
            Look::Runs => Initial::Running,
            Look::Ended(exit) => Initial::Ended(exit),
            Look::NotStarted | Look::Absent | Look::Lost | Look::Unreachable => Initial::Unknown,
        }
    }
}
