//! The decisions: one function for each kind of event, each of which looks at every state.

use super::{
    Action, Command, CommandId, DESTROY_GRACE, Event, Exit, LOOK_LATER, Life, Look, Moment, Policy,
    STOP_MARGIN, Signalled, State, Stop, Waiting,
};

/// The signal that no process can ignore.
const KILL: &str = "SIGKILL";

/// What happens to a life by an event at a moment.
pub fn step(life: Life, event: Event, now: Moment, policy: &Policy) -> (Life, Vec<Action>) {
    let mut course = Course { life, now, policy, actions: Vec::new() };
    match event {
        Event::Asked(id, Command::Stop { signal, timeout }) => {
            let signal = signal.unwrap_or_else(|| policy.stop_signal.clone());
            course.stop(id, signal, timeout);
        }
        Event::Asked(id, Command::Destroy { force }) => course.destroy(id, force),
        Event::Asked(id, Command::Signal { signal }) => course.signal(id, signal),
        Event::ProcessEnded => course.look(Action::AwaitExit),
        Event::LookAgain => course.look(Action::Look),
        Event::Looked(look) => course.looked(look),
        Event::Signalled(result) => course.signalled(result),
        Event::Unpaused(result) => course.unpaused(result),
        Event::Removed(result) => course.removed(result),
        Event::Timer => course.timer(),
    }
    (course.life, course.actions)
}

struct Course<'a> {
    life: Life,
    now: Moment,
    policy: &'a Policy,
    actions: Vec<Action>,
}

impl Course<'_> {
    fn act(&mut self, action: Action) {
        self.actions.push(action);
    }

    fn stop(&mut self, id: CommandId, signal: String, timeout: std::time::Duration) {
        let (kill_at, give_up_at) =
            (self.now.saturating_add(timeout), self.now.saturating_add(timeout).saturating_add(STOP_MARGIN));
        match &mut self.life.state {
            State::Unknown | State::Running => {
                self.life.waiting.push((id, Waiting::Stop));
                self.begin_stop(signal, kill_at, give_up_at);
            }
            State::Stopping(stop) => {
                self.life.waiting.push((id, Waiting::Stop));
                // Who asked later may be less patient, and never more.
                stop.kill_at = stop.kill_at.min(kill_at);
                stop.give_up_at = stop.give_up_at.max(give_up_at);
                self.hurry();
            }
            State::Ended | State::Removing | State::Gone => self.act(Action::Reply(id, Ok(()))),
        }
    }

    fn destroy(&mut self, id: CommandId, force: bool) {
        match &self.life.state {
            State::Unknown | State::Running | State::Stopping(_) if !force => {
                self.act(Action::Reply(id, Err("cannot destroy running task".to_owned())));
            }
            State::Unknown | State::Running => {
                self.life.waiting.push((id, Waiting::Destroy));
                let kill_at = self.now.saturating_add(DESTROY_GRACE);
                self.begin_stop(
                    self.policy.stop_signal.clone(),
                    kill_at,
                    kill_at.saturating_add(STOP_MARGIN),
                );
            }
            State::Stopping(_) => self.life.waiting.push((id, Waiting::Destroy)),
            State::Ended => {
                self.life.waiting.push((id, Waiting::Destroy));
                self.remove();
            }
            State::Removing => self.life.waiting.push((id, Waiting::Destroy)),
            State::Gone => self.act(Action::Reply(id, Ok(()))),
        }
    }

    fn signal(&mut self, id: CommandId, signal: String) {
        match &self.life.state {
            State::Unknown | State::Running | State::Stopping(_) => self.act(Action::Deliver(id, signal)),
            State::Ended | State::Removing | State::Gone => {
                let text =
                    format!("cannot kill container: the task has ended, and nobody is there to get {signal}");
                self.act(Action::Reply(id, Err(text)));
            }
        }
    }

    fn look(&mut self, how: Action) {
        match &self.life.state {
            State::Unknown | State::Running => self.act(how),
            State::Stopping(stop) => {
                // What could not be sent while Podman was away is sent as soon as it may be back.
                if stop.unsent {
                    let signal = if stop.killed { KILL.to_owned() } else { stop.signal.clone() };
                    self.act(Action::Signal(signal));
                }
                self.act(how);
            }
            State::Ended | State::Removing | State::Gone => {}
        }
    }

    fn looked(&mut self, look: Look) {
        match &self.life.state {
            State::Unknown | State::Running | State::Stopping(_) => {}
            State::Ended | State::Removing | State::Gone => return,
        }
        match look {
            Look::Runs => {
                if self.life.state == State::Unknown {
                    self.life.state = State::Running;
                }
            }
            Look::Ended(exit) => self.ended(exit),
            Look::NotStarted => self.ended(failed("the container was made and has never been started")),
            Look::Absent | Look::Lost => {
                let text =
                    format!("Driver was unable to get the exit code. ID: {}", self.policy.container_id);
                let why = match look {
                    Look::Absent => "somebody else removed the container",
                    _ => "Podman lost track of its process",
                };
                self.ended(failed(&format!("{text}: {why}")));
            }
            Look::Unreachable => self.act(Action::LookLater(LOOK_LATER)),
        }
    }

    /// The end is known. Whoever waited for it is answered, and a destroy goes on.
    fn ended(&mut self, exit: Exit) {
        self.life.exit = Some(exit);
        self.life.state = State::Ended;
        self.answer(Waiting::Stop, &Ok(()));
        if self.life.waiting.iter().any(|(_, waiting)| *waiting == Waiting::Destroy) {
            self.remove();
        }
    }

    fn begin_stop(&mut self, signal: String, kill_at: Moment, give_up_at: Moment) {
        let killed = kill_at <= self.now;
        let first = if killed { KILL.to_owned() } else { signal.clone() };
        self.life.state = State::Stopping(Stop { signal, kill_at, give_up_at, killed, unsent: false });
        self.act(Action::Signal(first));
        self.act(Action::WakeAt(if killed { give_up_at } else { kill_at }));
    }

    /// Kills where it is time, or sees to it that it will be noticed when it is.
    fn hurry(&mut self) {
        let now = self.now;
        let State::Stopping(stop) = &mut self.life.state else { return };
        if !stop.killed && stop.kill_at <= now {
            stop.killed = true;
            stop.unsent = false;
            let next = stop.give_up_at;
            self.act(Action::Signal(KILL.to_owned()));
            self.act(Action::WakeAt(next));
        } else {
            let next = if stop.killed { stop.give_up_at } else { stop.kill_at };
            self.act(Action::WakeAt(next));
        }
    }

    fn signalled(&mut self, result: Signalled) {
        let State::Stopping(stop) = &mut self.life.state else { return };
        match result {
            Signalled::Sent => stop.unsent = false,
            Signalled::NotRunning => self.act(Action::AwaitExit),
            Signalled::Paused => self.act(Action::Unpause),
            Signalled::Unreachable => {
                stop.unsent = true;
                self.act(Action::LookLater(LOOK_LATER));
            }
            Signalled::Refused(text) if stop.killed => self.answer(Waiting::Stop, &Err(text)),
            Signalled::Refused(text) => {
                // Not asked to end after all: those who wait are told, unless it is to be destroyed whatever happens.
                self.answer(Waiting::Stop, &Err(text));
                if self.life.waiting.is_empty() {
                    self.life.state = State::Running;
                } else if let State::Stopping(stop) = &mut self.life.state {
                    stop.kill_at = self.now;
                    self.hurry();
                }
            }
        }
    }

    fn unpaused(&mut self, result: Signalled) {
        let State::Stopping(stop) = &mut self.life.state else { return };
        match result {
            Signalled::Sent | Signalled::Paused => {
                let signal = if stop.killed { KILL.to_owned() } else { stop.signal.clone() };
                self.act(Action::Signal(signal));
            }
            Signalled::NotRunning => self.act(Action::AwaitExit),
            Signalled::Unreachable => {
                stop.unsent = true;
                self.act(Action::LookLater(LOOK_LATER));
            }
            Signalled::Refused(text) => self.answer(Waiting::Stop, &Err(text)),
        }
    }

    fn timer(&mut self) {
        let State::Stopping(stop) = &self.life.state else { return };
        if stop.give_up_at > self.now {
            return self.hurry();
        }
        let late = "the container did not end in time, not even by SIGKILL; Podman goes on with it";
        self.answer(Waiting::Stop, &Err(late.to_owned()));
        if !self.life.waiting.is_empty() {
            // To be destroyed it need not end by itself.
            self.remove();
        }
    }

    fn remove(&mut self) {
        if self.policy.remove || self.life.exit.is_none() {
            self.life.state = State::Removing;
            self.act(Action::Remove);
        } else {
            self.gone();
        }
    }

    fn removed(&mut self, result: Result<(), String>) {
        if self.life.state != State::Removing {
            return;
        }
        if result.is_err() {
            self.act(Action::Owe);
        }
        self.gone();
    }

    fn gone(&mut self) {
        self.life.state = State::Gone;
        let never = || failed("the container was removed before it had ended by itself");
        self.life.exit.get_or_insert_with(never);
        self.answer(Waiting::Stop, &Ok(()));
        self.answer(Waiting::Destroy, &Ok(()));
        self.act(Action::Forget);
    }

    fn answer(&mut self, to: Waiting, with: &Result<(), String>) {
        let waiting = std::mem::take(&mut self.life.waiting);
        for (id, waiting) in waiting {
            if waiting == to {
                self.act(Action::Reply(id, with.clone()));
            } else {
                self.life.waiting.push((id, waiting));
            }
        }
    }
}

fn failed(error: &str) -> Exit {
    Exit { error: error.to_owned(), ..Exit::default() }
}
