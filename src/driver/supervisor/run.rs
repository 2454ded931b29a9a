//! The supervisor's loop: one event after the other goes through the engine's `step`, and what that wants is done.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};
use jiff::Timestamp;
use podman_driver_engine::lifecycle::{Action, CommandId, Event, Exit, Life, Look, State, step};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until};

use super::Post;
use super::watch::Watch;
use super::work::{self, Came, Work};
use crate::driver::ending::{self, Found};
use crate::driver::signals;
use crate::driver::socket::{Debt, ExitNotice, ToldEnd};
use crate::driver::task::{Asked, Numbers, Phase};

/// The supervisor of one task.
pub(super) struct Supervisor {
    post: Post,
    life: Life,
    replies: HashMap<CommandId, oneshot::Sender<Result<(), String>>>,
    numbers: Numbers,
    pub(super) work: FuturesUnordered<Work>,
    /// What the engine's moments count from.
    began: Instant,
    wake_at: Option<Instant>,
    look_at: Option<Instant>,
    /// Whether Podman is being asked how the container is, and whether it has to be asked once more after that.
    looking: Option<bool>,
    /// Whether Podman is being asked for the exit.
    awaiting: bool,
    watch: Watch,
    oom_counter: Option<PathBuf>,
    oom_counted: bool,
    bundle: Option<PathBuf>,
    /// When an end that was told is believed.
    believe_at: Option<Instant>,
}

impl Supervisor {
    /// `seen`: news of the container from before Podman said what was found, if it has just said that it runs.
    pub(super) fn new(post: Post, life: Life, found: Found, seen: Option<ExitNotice>) -> Self {
        let just_seen = seen.is_some();
        let watch = Watch::new(post.socket.clone(), &post.container_id, seen);
        let mut new = Self {
            life,
            replies: HashMap::new(),
            numbers: Numbers::default(),
            work: FuturesUnordered::new(),
            began: Instant::now(),
            wake_at: None,
            look_at: None,
            looking: None,
            awaiting: false,
            watch,
            oom_counter: None,
            oom_counted: false,
            bundle: None,
            believe_at: None,
            post,
        };
        if new.life.exit.is_none() {
            new.found(found);
            // Something may have happened before anybody listened.
            if !just_seen || new.watch.is_gone() {
                new.look();
            }
        }
        new
    }

    pub(super) fn post(&self) -> &Post {
        &self.post
    }

    /// Works until nothing is left of the task, or nobody has it any more.
    pub(super) async fn run(&mut self, queue: &mut mpsc::Receiver<Asked>) {
        while !matches!(self.life.state, State::Gone) {
            let alive = self.life.exit.is_none() && !matches!(self.life.state, State::Removing);
            tokio::select! {
                asked = queue.recv() => match asked {
                    Some(asked) => self.asked(asked),
                    None => return,
                },
                Some(came) = self.work.next() => self.came(came),
                () = until(self.wake_at) => {
                    self.wake_at = None;
                    self.happened(Event::Timer);
                }
                () = until(self.look_at) => {
                    self.look_at = None;
                    // When a service that is away comes back, there is news for everybody.
                    if !self.post.socket.is_down() {
                        self.happened(Event::LookAgain);
                    }
                }
                () = until(self.believe_at) => {
                    self.believe_at = None;
                    self.believe();
                }
                event = self.watch.news(), if alive => self.happened(event),
            }
        }
        // Who asked in this moment is answered, too.
        queue.close();
        while let Some(asked) = queue.recv().await {
            self.asked(asked);
        }
    }

    fn asked(&mut self, (command, reply): Asked) {
        let id = self.numbers.next();
        self.replies.insert(id, reply);
        self.happened(Event::Asked(id, command));
    }

    fn came(&mut self, came: Came) {
        match came {
            Came::Of(event) => self.happened(event),
            Came::Looked(look, found) => {
                let again = self.looking.take() == Some(true);
                self.looked(look, found);
                // With what was found by now.
                if again {
                    self.look();
                }
            }
            Came::Awaited(look, found) => {
                self.awaiting = false;
                self.looked(look, found);
            }
        }
    }

    fn looked(&mut self, look: Look, found: Option<Found>) {
        let look = match (look, self.told()) {
            // Somebody removed it, and its end was told before.
            (Look::Absent, Some(end)) => ending::told_as(end, false, self.oom_counted),
            (look, _) => look,
        };
        if let (Look::Runs | Look::Paused, Some(found)) = (&look, found) {
            self.found(found);
        }
        if let (Look::Ended(Exit { completed_at: Some(at), .. }), None) = (&look, &self.life.exit) {
            let ago = Duration::try_from(Timestamp::now().duration_since(*at)).unwrap_or_default();
            if let Some(at) = Instant::now().checked_sub(ago) {
                self.post.socket.has_to_be_told(at);
            }
        }
        self.happened(Event::Looked(look));
    }

    /// The container's process, which is another one after somebody restarted the container.
    fn found(&mut self, found: Found) {
        // Whoever recovered the task may not have been able to ask for it.
        if let Some(Ok(signal)) = found.stop_signal.as_deref().map(signals::parse) {
            self.post.policy.stop_signal = signal;
        }
        if self.watch.take_up(found.pid) {
            self.oom_counted = false;
        }
        let samplers = &self.post.driver.samplers;
        let folders =
            found.cgroup_path.as_deref().and_then(|path| samplers.folders(&self.post.container_id, path));
        self.oom_counter = folders.map(|folders| folders.oom_counter());
        self.bundle = found.bundle;
        self.post.status.send_if_modified(|status| {
            let before = (status.pid, status.started_at);
            (status.pid, status.started_at) = (found.pid, found.started_at.or(status.started_at));
            status.cgroup_path = found.cgroup_path;
            before != (status.pid, status.started_at)
        });
    }

    fn happened(&mut self, event: Event) {
        if matches!(event, Event::ProcessEnded | Event::LookAgain) {
            // Before Podman takes the cgroup away.
            self.oom_counted |= self.oom_counter.as_deref().is_some_and(ending::has_counted);
        }
        let life = std::mem::replace(&mut self.life, Life::unknown());
        let (mut life, actions) = step(life, event, self.began.elapsed(), &self.post.policy);
        if let Some(exit) = &mut life.exit {
            // Where Podman does not know when, it was just now.
            exit.completed_at.get_or_insert_with(Timestamp::now);
        }
        self.life = life;
        self.publish();
        for action in actions {
            self.act(action);
        }
    }

    fn publish(&self) {
        let phase = phase(&self.life);
        self.post.status.send_if_modified(|status| {
            if status.phase == phase {
                return false;
            }
            if let Phase::Ended(exit) = &phase {
                tracing::info!(
                    task_id = self.post.ident.task_id,
                    container = self.post.container_id,
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
        let Post { socket, container_id: id, .. } = &self.post;
        match action {
            Action::Reply(command, answer) => {
                if let Some(reply) = self.replies.remove(&command) {
                    // Who asked may have stopped waiting.
                    let _ = reply.send(answer);
                }
            }
            Action::WakeAt(at) => self.wake_at = self.began.checked_add(at),
            Action::LookLater(after) => self.look_at = Instant::now().checked_add(after),
            Action::Owe => socket.owe(Debt { container: id.clone(), task_id: String::new() }),
            Action::Forget => self.post.driver.store.remove(&self.post.ident.task_id),
            Action::Deliver(command, signal) => {
                if let Some(reply) = self.replies.remove(&command) {
                    self.work.push(work::deliver(socket.clone(), id.clone(), signal, reply));
                }
            }
            Action::Signal(signal) => self.work.push(work::signal(socket.clone(), id.clone(), signal)),
            Action::Unpause => self.work.push(work::unpause(socket.clone(), id.clone())),
            Action::Remove => self.work.push(work::remove(socket.clone(), id.clone())),
            Action::Look => self.look(),
            Action::AwaitExit => self.await_exit(),
        }
    }

    /// Asks how the container is. One question at a time: what happens meanwhile is asked for afterwards.
    fn look(&mut self) {
        // Podman may answer nobody about the container for a while.
        if self.told().is_some() {
            self.believe_at.get_or_insert_with(|| Instant::now() + ending::ANSWER);
        }
        if let Some(again) = &mut self.looking {
            *again = true;
            return;
        }
        self.looking = Some(false);
        let Post { socket, container_id: id, .. } = &self.post;
        self.work.push(work::look(socket.clone(), id.clone(), self.oom_counted));
    }

    /// Believes the end that Podman told, where it did, has not said anything else by now, and its notes can be seen.
    fn believe(&mut self) {
        if let Some(end) = self.told()
            && let Some(oom_killed) = self.bundle.as_deref().and_then(ending::noted_oom)
        {
            self.looked(ending::told_as(end, oom_killed, self.oom_counted), None);
        }
    }

    fn told(&self) -> Option<ToldEnd> {
        let started_at = self.post.status.borrow().started_at;
        self.watch.told(started_at)
    }

    fn await_exit(&mut self) {
        if !std::mem::replace(&mut self.awaiting, true) {
            let Post { socket, container_id: id, .. } = &self.post;
            let dead = self.watch.dead();
            self.work.push(work::await_exit(socket.clone(), id.clone(), self.oom_counted, dead));
        }
    }
}

/// What the services see of a life.
pub(super) fn phase(life: &Life) -> Phase {
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

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;
