//! Lives in simulated time. What holds whatever happens is `properties`'s.

use std::time::Duration;

use super::*;

pub(super) const SECOND: Duration = Duration::from_secs(1);

pub(super) fn policy() -> Policy {
    Policy { stop_signal: "SIGTERM".to_owned(), remove: true, container_id: "c1".to_owned() }
}

pub(super) fn exit(code: i32) -> Exit {
    Exit { code, ..Exit::default() }
}

pub(super) fn stop_of(seconds: u64) -> Command {
    Command::Stop { signal: None, timeout: Duration::from_secs(seconds) }
}

/// Each state once, as it comes about.
fn states() -> Vec<(&'static str, Life)> {
    let after = |life: Life, event: Event| step(life, event, Duration::ZERO, &policy()).0;
    let stopping = after(Life::running(), Event::Asked(90, stop_of(5)));
    let ended = Life::ended(exit(7));
    let removing = after(ended.clone(), Event::Asked(91, Command::Destroy { force: false }));
    let gone = after(removing.clone(), Event::Removed(Ok(())));
    vec![
        ("unknown", Life::unknown()),
        ("running", Life::running()),
        ("stopping", stopping),
        ("ended", ended),
        ("removing", removing),
        ("gone", gone),
    ]
}

/// Actions in short words.
fn words(actions: &[Action]) -> String {
    let word = |action: &Action| match action {
        Action::Signal(signal) => format!("send {signal}"),
        Action::Unpause => "unpause".to_owned(),
        Action::Look => "look".to_owned(),
        Action::LookLater(_) => "look later".to_owned(),
        Action::AwaitExit => "await exit".to_owned(),
        Action::Remove => "remove".to_owned(),
        Action::Owe => "owe".to_owned(),
        Action::Deliver(id, signal) => format!("deliver {signal} for {id}"),
        Action::Reply(id, Ok(())) => format!("{id} is done"),
        Action::Reply(id, Err(text)) => format!("{id} fails: {text}"),
        Action::WakeAt(at) => format!("wake at {}", at.as_secs_f32()),
        Action::Forget => "forget".to_owned(),
    };
    actions.iter().map(word).collect::<Vec<_>>().join(", ")
}

#[test]
fn every_command_in_every_state() {
    let stop = || stop_of(3);
    let expected = [
        ("unknown", stop(), "send SIGTERM, wake at 4"),
        ("running", stop(), "send SIGTERM, wake at 4"),
        ("stopping", stop(), "wake at 4"),
        ("ended", stop(), "1 is done"),
        ("removing", stop(), "1 is done"),
        ("gone", stop(), "1 is done"),
        ("unknown", stop_of(0), "send SIGKILL, wake at 11"),
        ("running", stop_of(0), "send SIGKILL, wake at 11"),
        ("stopping", stop_of(0), "send SIGKILL, wake at 11"),
        ("ended", stop_of(0), "1 is done"),
        ("removing", stop_of(0), "1 is done"),
        ("gone", stop_of(0), "1 is done"),
        ("unknown", Command::Destroy { force: false }, "1 fails: cannot destroy running task"),
        ("running", Command::Destroy { force: false }, "1 fails: cannot destroy running task"),
        ("stopping", Command::Destroy { force: false }, "1 fails: cannot destroy running task"),
        ("ended", Command::Destroy { force: false }, "remove"),
        ("removing", Command::Destroy { force: false }, ""),
        ("gone", Command::Destroy { force: false }, "1 is done"),
        ("unknown", Command::Destroy { force: true }, "send SIGTERM, wake at 61"),
        ("running", Command::Destroy { force: true }, "send SIGTERM, wake at 61"),
        ("stopping", Command::Destroy { force: true }, "wake at 5"),
        ("ended", Command::Destroy { force: true }, "remove"),
        ("removing", Command::Destroy { force: true }, ""),
        ("gone", Command::Destroy { force: true }, "1 is done"),
        ("unknown", Command::Signal { signal: "SIGHUP".to_owned() }, "deliver SIGHUP for 1"),
        ("running", Command::Signal { signal: "SIGHUP".to_owned() }, "deliver SIGHUP for 1"),
        ("stopping", Command::Signal { signal: "SIGHUP".to_owned() }, "deliver SIGHUP for 1"),
        (
            "ended",
            Command::Signal { signal: "SIGHUP".to_owned() },
            "1 fails: cannot kill container: the task has ended, and nobody is there to get SIGHUP",
        ),
        (
            "removing",
            Command::Signal { signal: "SIGHUP".to_owned() },
            "1 fails: cannot kill container: the task has ended, and nobody is there to get SIGHUP",
        ),
        (
            "gone",
            Command::Signal { signal: "SIGHUP".to_owned() },
            "1 fails: cannot kill container: the task has ended, and nobody is there to get SIGHUP",
        ),
    ];
    let states = states();
    assert_eq!(expected.len(), states.len() * 5, "five commands in each state");
    for (name, command, wanted) in expected {
        let (_, life) = states.iter().find(|(state, _)| *state == name).expect("a state").clone();
        let (_, actions) = step(life, Event::Asked(1, command.clone()), SECOND, &policy());
        assert_eq!(words(&actions), wanted, "{command:?} when {name}");
    }
}

/// Plays events at their seconds and gives what was done at each.
fn play(mut life: Life, events: Vec<(u64, Event)>) -> (Life, Vec<String>) {
    let mut done = Vec::new();
    for (second, event) in events {
        let (next, actions) = step(life, event, Duration::from_secs(second), &policy());
        life = next;
        done.push(words(&actions));
    }
    (life, done)
}

#[test]
fn a_task_that_ignores_its_signal_is_killed() {
    let (life, done) = play(
        Life::running(),
        vec![
            (0, Event::Asked(1, Command::Stop { signal: Some("SIGUSR1".to_owned()), timeout: 5 * SECOND })),
            (0, Event::Signalled(Signalled::Sent)),
            (5, Event::Timer),
            (5, Event::ProcessEnded),
            (5, Event::Looked(Look::Ended(exit(137)))),
        ],
    );
    assert_eq!(
        done,
        ["send SIGUSR1, wake at 5", "look", "send SIGKILL, wake at 15", "await exit", "1 is done"]
    );
    assert_eq!(life.exit, Some(exit(137)));
}

#[test]
fn what_is_not_killed_in_time_is_told_and_goes_on() {
    let (life, done) = play(
        Life::running(),
        vec![
            (0, Event::Asked(1, stop_of(5))),
            (0, Event::Signalled(Signalled::Sent)),
            (5, Event::Timer),
            (5, Event::Signalled(Signalled::Sent)),
            (15, Event::Timer),
            (20, Event::LookAgain),
            (20, Event::Looked(Look::Ended(exit(137)))),
        ],
    );
    assert!(done[4].starts_with("1 fails: cannot stop container: it did not end in time"), "{done:?}");
    assert!(done[4].ends_with(", look"), "the news of its end may have been lost: {done:?}");
    assert_eq!(done[5..], ["look", ""]);
    assert_eq!(life.exit, Some(exit(137)));
}

#[test]
fn a_podman_that_is_away_gets_the_signal_when_it_is_back() {
    let (_, done) = play(
        Life::running(),
        vec![
            (0, Event::Asked(1, stop_of(5))),
            (0, Event::Signalled(Signalled::Unreachable)),
            (2, Event::LookAgain),
            (2, Event::Signalled(Signalled::Unreachable)),
            (5, Event::Timer),
            (5, Event::Signalled(Signalled::Unreachable)),
            (7, Event::LookAgain),
            (7, Event::Signalled(Signalled::Sent)),
        ],
    );
    assert_eq!(
        done,
        [
            "send SIGTERM, wake at 5",
            "look later",
            "send SIGTERM, look",
            "look later",
            "send SIGKILL, wake at 15",
            "look later",
            "send SIGKILL, look",
            "look"
        ]
    );
}

#[test]
fn a_paused_task_goes_on_so_that_it_can_end() {
    let (_, done) = play(
        Life::running(),
        vec![
            (0, Event::Asked(1, stop_of(5))),
            (0, Event::Signalled(Signalled::Paused)),
            (0, Event::Unpaused(Signalled::Sent)),
        ],
    );
    assert_eq!(done[1..], ["unpause", "send SIGTERM"], "Podman refused the signal");
    let (_, done) = play(
        Life::running(),
        vec![
            (0, Event::Asked(1, stop_of(5))),
            (0, Event::Signalled(Signalled::Sent)),
            (0, Event::Looked(Look::Paused)),
            (0, Event::Unpaused(Signalled::Sent)),
        ],
    );
    assert_eq!(done[1..], ["look", "unpause", ""], "the signal waits for the process");
    let (life, actions) = step(Life::running(), Event::Looked(Look::Paused), SECOND, &policy());
    assert_eq!((life, words(&actions).as_str()), (Life::running(), ""), "nobody asked it to end");
}

#[test]
fn the_shortest_patience_of_all_who_stop_counts() {
    let (_, done) = play(
        Life::running(),
        vec![
            (0, Event::Asked(1, stop_of(60))),
            (1, Event::Asked(2, stop_of(5))),
            (2, Event::Asked(3, stop_of(30))),
            (6, Event::Timer),
            (16, Event::Timer),
        ],
    );
    assert_eq!(done[..4], ["send SIGTERM, wake at 60", "wake at 6", "wake at 6", "send SIGKILL, wake at 16"]);
    assert_eq!(done[4].matches(" fails: ").count(), 3, "{done:?}");
}

#[test]
fn another_stop_after_one_that_took_too_long_tries_again() {
    let (life, done) = play(
        Life::running(),
        vec![
            (0, Event::Asked(1, stop_of(5))),
            (5, Event::Timer),
            (15, Event::Timer),
            (20, Event::Asked(2, stop_of(5))),
            (30, Event::Timer),
            (35, Event::Timer),
            (40, Event::Asked(3, Command::Destroy { force: true })),
            (110, Event::Timer),
            (111, Event::Removed(Ok(()))),
        ],
    );
    assert_eq!(done[3..5], ["send SIGKILL, wake at 35", "wake at 35"]);
    assert!(done[5].starts_with("2 fails: "), "{done:?}");
    assert_eq!(done[6..], ["send SIGKILL, wake at 110", "remove", "forget, 3 is done"]);
    assert!(life.exit.is_some_and(|exit| !exit.error.is_empty()), "no exit code is made up");
}

#[test]
fn a_stop_that_podman_never_hears_of_says_so_and_is_made_good_later() {
    let (_, done) = play(
        Life::running(),
        vec![
            (0, Event::Asked(1, stop_of(5))),
            (0, Event::Signalled(Signalled::Unreachable)),
            (5, Event::Timer),
            (5, Event::Signalled(Signalled::Unreachable)),
            (15, Event::Timer),
            (99, Event::LookAgain),
        ],
    );
    assert!(done[4].starts_with("1 fails: cannot stop container: Podman could not be reached"), "{done:?}");
    assert_eq!(done[5], "send SIGKILL, look");
}

#[test]
fn a_podman_that_hangs_is_not_taken_for_one_that_has_sent_the_signal() {
    let (_, done) = play(
        Life::running(),
        vec![(0, Event::Asked(1, stop_of(5))), (5, Event::Timer), (15, Event::Timer), (60, Event::LookAgain)],
    );
    assert!(done[2].starts_with("1 fails: cannot stop container: Podman could not be reached"), "{done:?}");
    assert_eq!(done[3], "look", "the request may still come through: it is not made twice");
}

#[test]
fn a_signal_that_podman_refuses_ends_the_stop_and_not_the_task() {
    let refused = || Event::Signalled(Signalled::Refused("no".to_owned()));
    let (life, done) = play(Life::running(), vec![(0, Event::Asked(1, stop_of(5))), (0, refused())]);
    assert_eq!((done[1].as_str(), life.state), ("1 fails: no", State::Running));
    let destroy = Event::Asked(1, Command::Destroy { force: true });
    let (_, done) = play(Life::running(), vec![(0, destroy), (0, refused())]);
    assert_eq!(done[1], "send SIGKILL, wake at 70", "what is to be destroyed is killed instead");
}

#[test]
fn a_running_task_is_destroyed_by_ending_it_first() {
    let (life, done) = play(
        Life::running(),
        vec![
            (0, Event::Asked(1, Command::Destroy { force: true })),
            (1, Event::ProcessEnded),
            (1, Event::Looked(Look::Ended(exit(143)))),
            (1, Event::Removed(Ok(()))),
        ],
    );
    assert_eq!(done, ["send SIGTERM, wake at 60", "await exit", "remove", "forget, 1 is done"]);
    assert_eq!((life.state, life.exit), (State::Gone, Some(exit(143))));
}

#[test]
fn what_cannot_be_removed_is_owed_and_forgotten() {
    let (life, done) = play(
        Life::ended(exit(0)),
        vec![
            (0, Event::Asked(1, Command::Destroy { force: true })),
            (1, Event::Removed(Err("away".to_owned()))),
        ],
    );
    assert_eq!(done, ["remove", "owe, forget, 1 is done"]);
    assert_eq!(life.exit, Some(exit(0)));
}

#[test]
fn a_kept_container_is_only_forgotten() {
    let keep = Policy { remove: false, ..policy() };
    let (life, actions) =
        step(Life::ended(exit(0)), Event::Asked(1, Command::Destroy { force: true }), SECOND, &keep);
    assert_eq!((words(&actions).as_str(), life.state), ("forget, 1 is done", State::Gone));
}

#[test]
fn an_exit_that_nobody_can_tell_is_an_error_and_never_a_zero() {
    for (look, words) in [
        (Look::Absent, "Driver was unable to get the exit code. ID: c1: somebody else removed the container"),
        (Look::Lost, "Driver was unable to get the exit code. ID: c1: Podman lost track of its process"),
        (
            Look::NotStarted,
            "Driver was unable to get the exit code. ID: c1: Podman has it as not started, as after a restart of the host",
        ),
    ] {
        for life in [Life::running(), Life::unknown()] {
            let (life, _) = step(life, Event::Looked(look.clone()), SECOND, &policy());
            assert_eq!(life.exit.map(|exit| exit.error).as_deref(), Some(words));
        }
    }
}

#[test]
fn while_podman_cannot_be_asked_nothing_has_ended() {
    let (life, actions) = step(Life::unknown(), Event::Looked(Look::Unreachable), SECOND, &policy());
    assert_eq!((words(&actions).as_str(), life.clone()), ("look later", Life::unknown()));
    let (life, _) = step(life, Event::Looked(Look::Runs), SECOND, &policy());
    assert_eq!(life, Life::running());
}
