//! A task's life after its start, as a pure machine: what is to be done next when something happens.
//!
//! [`step`] takes a life, an event and the time, and gives the life after it and what is to be done. Doing it, and
//! telling what came of it as further events, is the supervisor's; so is every clock. Nothing here waits.

mod step;

use std::time::Duration;

use jiff::Timestamp;

pub use step::step;

/// A point in time: how long after some fixed one.
pub type Moment = Duration;

/// How much longer than its own time a stop may take, until whoever asked for it is told.
pub const STOP_MARGIN: Duration = Duration::from_secs(10);
/// How long a task has to end that is destroyed while it runs, before it is killed. As the Go driver has it.
pub const DESTROY_GRACE: Duration = Duration::from_secs(60);
/// When to look again where Podman could not be asked.
pub const LOOK_LATER: Duration = Duration::from_secs(2);

/// What of a task does not change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The signal that asks the container to end, where the client names none.
    pub stop_signal: String,
    /// Whether the container is removed when the task is destroyed.
    pub remove: bool,
    /// Podman's ID of the container, for texts.
    pub container_id: String,
}

/// A life at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    /// Where it stands.
    pub state: State,
    /// How it ended. Once known it never changes.
    pub exit: Option<Exit>,
    /// Commands that have no answer yet.
    pub waiting: Vec<(CommandId, Waiting)>,
}

/// Where a life stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Podman has not said whether the container runs.
    Unknown,
    /// It runs; one that is paused counts as well.
    Running,
    /// It was asked to end.
    Stopping(Stop),
    /// It has ended.
    Ended,
    /// Its container is being removed.
    Removing,
    /// Nothing is left of it here.
    Gone,
}

/// A stop that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// The signal that asks it to end.
    pub signal: String,
    /// When it is killed.
    pub kill_at: Moment,
    /// When those who wait are told that it takes too long.
    pub give_up_at: Moment,
    /// Whether it was killed.
    pub killed: bool,
    /// What became of the last signal.
    pub signal_is: Delivery,
}

/// What became of a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// Podman has been asked to send it, and has not answered.
    Asked,
    /// Podman has sent it.
    Sent,
    /// It has to be sent again: Podman could not be reached, or the container was paused.
    Open,
}

/// Names a command, for its answer.
pub type CommandId = u64;

/// What a command waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// The container's end.
    Stop,
    /// That nothing is left.
    Destroy,
}

/// How a task ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exit {
    /// The exit code; 128 and more for a signal, as Podman has it.
    pub code: i32,
    /// Whether it was killed for want of memory.
    pub oom_killed: bool,
    /// Why it counts as failed whatever its code says; empty without a reason.
    pub error: String,
    /// When it ended.
    pub completed_at: Option<Timestamp>,
}

/// What somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// To end, by a signal (the container's own where none is given), and to be killed after a time.
    Stop {
        /// Name or number.
        signal: Option<String>,
        /// Time to end; zero kills at once.
        timeout: Duration,
    },
    /// To be forgotten, and the container to be removed.
    Destroy {
        /// Also where it runs.
        force: bool,
    },
    /// To get a signal.
    Signal {
        /// Name or number.
        signal: String,
    },
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Somebody asks for something.
    Asked(CommandId, Command),
    /// The container's process has ended: Podman knows it, or is about to.
    ProcessEnded,
    /// Something may have happened to the container.
    LookAgain,
    /// What Podman says of the container.
    Looked(Look),
    /// What came of a stop's signal.
    Signalled(Signalled),
    /// A paused container goes on, or does not.
    Unpaused(Signalled),
    /// The container was removed, or why not.
    Removed(Result<(), String>),
    /// The time that was asked for has come.
    Timer,
}

/// What Podman says of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    /// It runs.
    Runs,
    /// Its processes are frozen.
    Paused,
    /// It has ended.
    Ended(Exit),
    /// It was made and has not been started.
    NotStarted,
    /// It is not there any more.
    Absent,
    /// Its process is gone, and Podman does not know how it ended.
    Lost,
    /// Podman could not be asked.
    Unreachable,
}

/// What came of a signal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signalled {
    /// It was sent.
    Sent,
    /// There is no process that could get it.
    NotRunning,
    /// It waits for the container to go on.
    Paused,
    /// Podman could not be asked.
    Unreachable,
    /// Podman refuses, in these words.
    Refused(String),
}

/// What is to be done. What comes of it is told as an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Send a signal for a stop; tell by [`Event::Signalled`].
    Signal(String),
    /// Let a paused container go on; tell by [`Event::Unpaused`].
    Unpause,
    /// Ask how the container is; tell by [`Event::Looked`].
    Look,
    /// Tell by [`Event::LookAgain`] after a while. A later request replaces this one.
    LookLater(Duration),
    /// Wait until Podman knows how the container ended, which is soon; tell by [`Event::Looked`].
    AwaitExit,
    /// Remove the container, by force; tell by [`Event::Removed`].
    Remove,
    /// Note that the container is still to be removed: it could not be now.
    Owe,
    /// Send a signal for somebody and answer them with what comes of it.
    Deliver(CommandId, String),
    /// Answer a command.
    Reply(CommandId, Result<(), String>),
    /// Tell by [`Event::Timer`] when it is so late. A later request replaces this one.
    WakeAt(Moment),
    /// Forget the task.
    Forget,
}

impl Life {
    /// Of a task whose container was just started, or found running.
    pub fn running() -> Self {
        Self { state: State::Running, exit: None, waiting: Vec::new() }
    }

    /// Of a task that was found ended.
    pub fn ended(exit: Exit) -> Self {
        Self { state: State::Ended, exit: Some(exit), waiting: Vec::new() }
    }

    /// Of a task of which nothing is known yet.
    pub fn unknown() -> Self {
        Self { state: State::Unknown, exit: None, waiting: Vec::new() }
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
