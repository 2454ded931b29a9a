//! What holds of a life whatever happens to it, in whatever order.

use proptest::prelude::*;

use super::tests::{SECOND, exit, policy, stop_of};
use super::*;

fn event() -> impl Strategy<Value = Event> {
    let signalled = prop_oneof![
        Just(Signalled::Sent),
        Just(Signalled::NotRunning),
        Just(Signalled::Paused),
        Just(Signalled::Unreachable),
        Just(Signalled::Refused("no".to_owned())),
    ];
    let look = prop_oneof![
        Just(Look::Runs),
        Just(Look::Paused),
        (0..3_i32).prop_map(|code| Look::Ended(exit(code))),
        Just(Look::NotStarted),
        Just(Look::Absent),
        Just(Look::Lost),
        Just(Look::Unreachable),
    ];
    let command = prop_oneof![
        (0..4_u64).prop_map(stop_of),
        any::<bool>().prop_map(|force| Command::Destroy { force }),
        Just(Command::Signal { signal: "SIGHUP".to_owned() }),
    ];
    prop_oneof![
        command.prop_map(|command| Event::Asked(0, command)),
        Just(Event::ProcessEnded),
        Just(Event::LookAgain),
        look.prop_map(Event::Looked),
        signalled.clone().prop_map(Event::Signalled),
        signalled.prop_map(Event::Unpaused),
        Just(Event::Removed(Ok(()))),
        Just(Event::Removed(Err("away".to_owned()))),
        Just(Event::Timer),
    ]
}

/// Numbers commands, and counts the answers of each.
#[derive(Default)]
struct Answers(Vec<u32>);

impl Answers {
    fn number(&mut self, event: Event) -> Event {
        match event {
            Event::Asked(_, command) => {
                self.0.push(0);
                Event::Asked(self.0.len() as u64 - 1, command)
            }
            other => other,
        }
    }

    fn count(&mut self, actions: &[Action]) {
        for action in actions {
            if let Action::Reply(id, _) | Action::Deliver(id, _) = action {
                self.0[*id as usize] += 1;
            }
        }
    }
}

/// What a life was asked and when, for how long it may take, and when it was answered.
#[derive(Debug)]
struct Asked {
    by: Moment,
    answered: Option<Moment>,
}

/// A life whose timer is obeyed.
struct Clocked {
    life: Life,
    wake_at: Option<Moment>,
    asked: Vec<Asked>,
}

impl Clocked {
    fn happens(&mut self, event: Event, now: Moment) {
        let event = match event {
            Event::Asked(_, command) => {
                let patience = match &command {
                    Command::Stop { timeout, .. } => *timeout + STOP_MARGIN,
                    Command::Destroy { .. } => DESTROY_GRACE + STOP_MARGIN,
                    Command::Signal { .. } => Duration::ZERO,
                };
                self.asked.push(Asked { by: now + patience, answered: None });
                Event::Asked(self.asked.len() as u64 - 1, command)
            }
            other => other,
        };
        let (life, actions) = step(self.life.clone(), event, now, &policy());
        self.life = life;
        for action in actions {
            match action {
                Action::WakeAt(at) => self.wake_at = Some(at),
                Action::Reply(id, _) | Action::Deliver(id, _) => self.asked[id as usize].answered = Some(now),
                // The removal itself has a limit of its own.
                Action::Remove => return self.happens(Event::Removed(Err("away".to_owned())), now),
                _ => {}
            }
        }
    }

    /// Lets time pass.
    fn until(&mut self, now: Moment) {
        while let Some(at) = self.wake_at.filter(|at| *at <= now) {
            self.wake_at = None;
            self.happens(Event::Timer, at);
        }
    }
}

proptest! {
    /// Whatever Podman does or leaves: a stop is answered within its own time and ten seconds, a destroy within seventy.
    #[test]
    fn nobody_waits_longer_than_promised(
        start in prop_oneof![Just(Life::running()), Just(Life::unknown()), Just(Life::ended(exit(1)))],
        events in prop::collection::vec((event(), 0..20_u64), 0..40),
    ) {
        let mut clocked = Clocked { life: start, wake_at: None, asked: Vec::new() };
        let mut now = Duration::ZERO;
        for (event, seconds) in events {
            now += Duration::from_secs(seconds);
            clocked.until(now);
            clocked.happens(event, now);
        }
        clocked.until(now + 100 * SECOND);
        for asked in &clocked.asked {
            prop_assert!(asked.answered.is_some_and(|answered| answered <= asked.by), "{asked:?}");
        }
    }

    /// Whatever happens in whatever order: nobody is answered twice, an exit that is known stays, and once Podman
    /// answers again a destroy ends with nothing left and nobody waiting.
    #[test]
    fn lives_end_well(events in prop::collection::vec((event(), 0..5_u64), 0..40)) {
        let mut answers = Answers::default();
        let (mut life, mut now) = (Life::running(), Duration::ZERO);
        for (event, seconds) in events {
            now += Duration::from_secs(seconds);
            let known = life.exit.clone();
            let (next, actions) = step(life, answers.number(event), now, &policy());
            answers.count(&actions);
            prop_assert!(known.is_none() || known == next.exit, "{known:?} became {:?}", next.exit);
            life = next;
        }
        let ending = [
            Event::Asked(0, Command::Destroy { force: true }),
            Event::Looked(Look::Ended(exit(0))),
            Event::Removed(Ok(())),
        ];
        for event in ending {
            let (next, actions) = step(life, answers.number(event), now, &policy());
            answers.count(&actions);
            life = next;
        }
        prop_assert_eq!(&life.state, &State::Gone);
        prop_assert!(life.waiting.is_empty());
        prop_assert!(answers.0.iter().all(|count| *count == 1), "{:?}", answers.0);
    }
}
