//! The decisions: one function for each kind of event, each of which looks at every state.

use super::{
    Action, Command, CommandId, DESTROY_GRACE, Delivery, Event, Exit, LOOK_LATER, Life, Look, Moment, Policy,
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
            State::Stopping(_) => {
                self.join(kill_at, give_up_at);
                self.life.waiting.push((id, Waiting::Stop));
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
            State::Stopping(_) => {
                let kill_at = self.now.saturating_add(DESTROY_GRACE);
                self.join(kill_at, kill_at.saturating_add(STOP_MARGIN));
                self.life.waiting.push((id, Waiting::Destroy));
            }
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
            State::Stopping(_) => {
                self.send_again();
                self.act(how);
            }
            State::Ended | State::Removing | State::Gone => {}
        }
    }

    /// What could not be sent while Podman was away is sent as soon as it may be back.
    fn send_again(&mut self) {
        let State::Stopping(stop) = &mut self.life.state else { return };
        if stop.signal_is == Delivery::Open {
            stop.signal_is = Delivery::Asked;
            let signal = if stop.killed { KILL.to_owned() } else { stop.signal.clone() };
            self.act(Action::Signal(signal));
        }
    }

    fn looked(&mut self, look: Look) {
        match &self.life.state {
            State::Unknown | State::Running | State::Stopping(_) => {}
            State::Ended | State::Removing | State::Gone => return,
        }
        match look {
            Look::Runs => self.runs(),
            Look::Paused => {
                self.runs();
                if matches!(self.life.state, State::Stopping(_)) {
                    self.act(Action::Unpause);
                }
            }
            Look::Ended(exit) => self.ended(exit),
            Look::NotStarted => {
                self.ended_somehow("Podman has it as not started, as after a restart of the host")
            }
            Look::Absent => self.ended_somehow("somebody else removed the container"),
            Look::Lost => self.ended_somehow("Podman lost track of its process"),
            Look::Unreachable => self.act(Action::LookLater(LOOK_LATER)),
        }
    }

    fn runs(&mut self) {
        if self.life.state == State::Unknown {
            self.life.state = State::Running;
        }
    }

    /// Nobody knows how it ended, and a code is not made up. The Go driver's words, and why.
    fn ended_somehow(&mut self, why: &str) {
        let id = &self.policy.container_id;
        let error = format!("Driver was unable to get the exit code. ID: {id}: {why}");
        self.ended(failed(&error));
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

    /// One more waits for a stop that is under way: the shortest patience counts.
    fn join(&mut self, kill_at: Moment, give_up_at: Moment) {
        let alone = self.life.waiting.is_empty();
        let State::Stopping(stop) = &mut self.life.state else { return };
        stop.kill_at = stop.kill_at.min(kill_at);
        if alone {
            // Those who waited have been told that it takes too long: another try.
            stop.give_up_at = give_up_at;
            stop.killed = false;
        }
        stop.give_up_at = stop.give_up_at.min(give_up_at);
        self.hurry();
    }

    fn begin_stop(&mut self, signal: String, kill_at: Moment, give_up_at: Moment) {
        let killed = kill_at <= self.now;
        let first = if killed { KILL.to_owned() } else { signal.clone() };
        self.life.state =
            State::Stopping(Stop { signal, kill_at, give_up_at, killed, signal_is: Delivery::Asked });
        self.act(Action::Signal(first));
        self.act(Action::WakeAt(if killed { give_up_at } else { kill_at }));
    }

    /// Kills where it is time, or sees to it that it will be noticed when it is.
    fn hurry(&mut self) {
        let now = self.now;
        let State::Stopping(stop) = &mut self.life.state else { return };
        if !stop.killed && stop.kill_at <= now {
            stop.killed = true;
            stop.signal_is = Delivery::Asked;
            self.act(Action::Signal(KILL.to_owned()));
        }
        self.wake();
    }

    fn wake(&mut self) {
        let State::Stopping(stop) = &self.life.state else { return };
        let next = if stop.killed { stop.give_up_at } else { stop.kill_at };
        self.act(Action::WakeAt(next));
    }

    fn signalled(&mut self, result: Signalled) {
        let State::Stopping(stop) = &mut self.life.state else { return };
        match result {
            // A process that is frozen gets its signal when it goes on, and Podman does not say so.
            Signalled::Sent => {
                stop.signal_is = Delivery::Sent;
                self.act(Action::Look);
            }
            Signalled::NotRunning => self.act(Action::AwaitExit),
            Signalled::Paused => {
                stop.signal_is = Delivery::Open;
                self.act(Action::Unpause);
            }
            Signalled::Unreachable => {
                stop.signal_is = Delivery::Open;
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
            // Podman says "not paused" where somebody else was quicker.
            Signalled::Sent | Signalled::Paused => self.send_again(),
            Signalled::NotRunning => self.act(Action::AwaitExit),
            Signalled::Unreachable => {
                stop.signal_is = Delivery::Open;
                self.act(Action::LookLater(LOOK_LATER));
            }
            Signalled::Refused(text) => self.answer(Waiting::Stop, &Err(text)),
        }
    }

    fn timer(&mut self) {
        let State::Stopping(stop) = &self.life.state else { return };
        if stop.killed && stop.give_up_at <= self.now { self.give_up() } else { self.hurry() }
    }

    /// Those who wait for the end are told that it takes too long. It goes on all the same.
    fn give_up(&mut self) {
        let State::Stopping(stop) = &self.life.state else { return };
        let late = match stop.signal_is {
            Delivery::Sent => {
                "cannot stop container: it did not end in time, not even by SIGKILL; the driver goes on waiting for it"
            }
            Delivery::Asked | Delivery::Open => {
                "cannot stop container: Podman could not be reached in time; the task is killed as soon as it can"
            }
        };
        self.answer(Waiting::Stop, &Err(late.to_owned()));
        if self.life.waiting.is_empty() {
            // The news of its end may have been lost.
            self.act(Action::Look);
        } else {
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
        // First, so that whoever has the answer does not find the task any more.
        self.act(Action::Forget);
        self.answer(Waiting::Stop, &Ok(()));
        self.answer(Waiting::Destroy, &Ok(()));
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
