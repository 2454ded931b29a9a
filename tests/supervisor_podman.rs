//! Supervisors on real Podmans: how tasks end, are stopped, signalled and destroyed, and what is told of it.

// A test that cannot go on panics; that is its way to fail.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/podman.rs"]
mod support;
#[path = "support/tasks.rs"]
mod tasks;

use std::time::{Duration, Instant};

use nomad_driver_podman::driver::supervisor::Initial;
use nomad_driver_podman::driver::task::{Exit, Phase};
use serde_json::{Value, json};
use support::{Podman, Service, on, say};
use tasks::Tasks;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn tasks_on_the_distributions_podman() {
    on(Podman::Distribution, all);
}

#[test]
fn tasks_on_the_podman_of_forky() {
    on(Podman::Forky, all);
}

/// A name, and what has to hold.
type Case = (&'static str, fn(&Tasks));

/// One service for all: each needs some seconds to start.
fn all(service: &Service) {
    let tasks = Tasks::new(service);
    let cases: [Case; 20] = [
        ("exit codes are Podman's", exit_codes),
        ("deaths by signals", signal_deaths),
        ("an exit while nobody looked", missed_exit),
        ("removed by somebody else", removed),
        ("ended, and then removed by somebody else", removed_after_its_end),
        ("its conmon killed", lost),
        ("restarted by somebody else", restarted),
        ("never started", never_started),
        ("a stop with the job's signal", stop_by_the_jobs_signal),
        ("a stop with the container's own signal", stop_by_the_own_signal),
        ("a stop of one that does not listen", stop_of_a_deaf_one),
        ("two stops, and one after the end", stop_twice),
        ("a paused one is stopped", stop_paused),
        ("signals", signals),
        ("many who wait", waiters),
        ("destroy with and without force", destroy),
        ("destroy without the container", destroy_without_gc),
        ("memory", memory),
        ("a Podman that is away when a task ends", ends_while_podman_is_away),
        ("a Podman that is away when a task is stopped", stopped_while_podman_is_away),
    ];
    for (name, case) in cases {
        let begun = Instant::now();
        case(&tasks);
        say(&format!("{:>6.1?} {name}", begun.elapsed()));
    }
}

fn code(code: i32) -> (i32, bool, String) {
    (code, false, String::new())
}

fn parts(exit: &Exit) -> (i32, bool, String) {
    (exit.code, exit.oom_killed, exit.error.clone())
}

fn exit_codes(tasks: &Tasks) {
    for wanted in [0, 7, 255] {
        let task = tasks.start(&["sh", "-c", &format!("sleep 0.2; exit {wanted}")], Value::Null);
        let exit = tasks.run(task.wait());
        assert_eq!(parts(&exit), code(wanted));
        let (from, to) = (task.status.borrow().started_at.unwrap(), exit.completed_at.unwrap());
        assert!(to > from && to <= jiff::Timestamp::now(), "{from} to {to}");
    }
}

fn signal_deaths(tasks: &Tasks) {
    // In the host's namespace, a process gets signals that the first one of a namespace is spared.
    for (signal, wanted) in [("SIGKILL", 137), ("SIGTERM", 143)] {
        let task = tasks.start(&["sleep", "600"], json!({"pidns": {"nsmode": "host"}}));
        tasks.run(task.signal(signal.to_owned())).unwrap();
        assert_eq!(parts(&tasks.run(task.wait())), code(wanted));
    }
}

fn missed_exit(tasks: &Tasks) {
    let id = tasks.container(&["sh", "-c", "exit 9"], Value::Null);
    tasks.until(|| tasks.service.inspect(&id)["State"]["Status"] == "exited");
    for initial in [Initial::Running, Initial::Unknown] {
        let task = tasks.take_up(&id, initial);
        assert_eq!(parts(&tasks.run(task.wait())), code(9));
        tasks.forget(&task);
    }
}

fn removed(tasks: &Tasks) {
    let task = tasks.start(&["sleep", "600"], Value::Null);
    tasks.service.remove(&task.container_id);
    let exit = tasks.run(task.wait());
    let unknown = format!(
        "Driver was unable to get the exit code. ID: {}: somebody else removed the container",
        task.container_id
    );
    assert!(parts(&exit) == code(137) || parts(&exit) == (0, false, unknown.clone()), "{exit:?}");
    tasks.run(task.stop(None, SECOND)).unwrap();
    tasks.run(task.destroy(true)).unwrap();

    let gone = tasks.take_up(&task.container_id, Initial::Unknown);
    let exit = tasks.run(gone.wait());
    assert!(parts(&exit) == code(137) || parts(&exit) == (0, false, unknown), "{exit:?}");
}

fn removed_after_its_end(tasks: &Tasks) {
    let id = tasks.container(&["sh", "-c", "exit 7"], Value::Null);
    tasks.until(|| tasks.service.inspect(&id)["State"]["Status"] == "exited");
    tasks.service.remove(&id);
    let task = tasks.take_up(&id, Initial::Unknown);
    let exit = tasks.run(task.wait());
    if tasks.service.version_parts() >= (5, 3, 0) {
        assert_eq!(parts(&exit), code(7), "Podman keeps exit codes for some minutes");
    } else {
        let unknown =
            format!("Driver was unable to get the exit code. ID: {id}: somebody else removed the container");
        assert_eq!(parts(&exit), (0, false, unknown));
    }
}

fn lost(tasks: &Tasks) {
    let task = tasks.start(&["sleep", "600"], Value::Null);
    let state = tasks.service.inspect(&task.container_id)["State"].clone();
    let processes = ["ConmonPid", "Pid"].map(|name| state[name].to_string());
    assert!(std::process::Command::new("kill").arg("-KILL").args(&processes).status().unwrap().success());
    let exit = tasks.run(task.wait());
    let lost = format!(
        "Driver was unable to get the exit code. ID: {}: Podman lost track of its process",
        task.container_id
    );
    assert_eq!(parts(&exit), (0, false, lost));
    tasks.run(task.destroy(true)).unwrap();
}

fn restarted(tasks: &Tasks) {
    let task = tasks.start(&["sleep", "600"], Value::Null);
    let before = task.status.borrow().pid;
    let path = format!("/containers/{}/restart?timeout=0", task.container_id);
    assert_eq!(tasks.service.request("POST", &path, None).0, 204);
    tasks.until(|| task.status.borrow().pid != before);
    // Podman may say in between that it has exited, which is an end like any other. Otherwise its new process is the
    // task's.
    if task.status.borrow().phase == Phase::Running {
        tasks.run(task.stop(Some("SIGKILL".to_owned()), SECOND)).unwrap();
    }
    assert_eq!(parts(&tasks.run(task.wait())), code(137));
    tasks.run(task.destroy(true)).unwrap();
    let path = format!("/containers/{}/json", task.container_id);
    assert_eq!(tasks.service.request("GET", &path, None).0, 404, "it does not run on without a task");
}

fn never_started(tasks: &Tasks) {
    let id = tasks.make(&["true"], Value::Null);
    let task = tasks.take_up(&id, Initial::Unknown);
    let exit = tasks.run(task.wait());
    assert!(exit.error.starts_with("Driver was unable to get the exit code. ID: "), "{exit:?}");
    tasks.run(task.destroy(false)).unwrap();
    assert_eq!(tasks.service.request("GET", &format!("/containers/{id}/json"), None).0, 404);
}

fn stop_by_the_jobs_signal(tasks: &Tasks) {
    let task = tasks.start_ready("trap 'exit 3' USR1; trap 'exit 4' TERM", Value::Null);
    let begun = Instant::now();
    tasks.run(task.stop(Some("SIGUSR1".to_owned()), 30 * SECOND)).unwrap();
    assert_eq!(parts(&tasks.run(task.wait())), code(3));
    assert!(begun.elapsed() < 10 * SECOND);
}

fn stop_by_the_own_signal(tasks: &Tasks) {
    let script = "trap 'exit 5' INT; trap 'exit 4' TERM";
    let task = tasks.start_ready(script, json!({"stop_signal": 2}));
    tasks.run(task.stop(None, 30 * SECOND)).unwrap();
    assert_eq!(parts(&tasks.run(task.wait())), code(5));
    let task = tasks.start_ready(script, Value::Null);
    tasks.run(task.stop(None, 30 * SECOND)).unwrap();
    assert_eq!(parts(&tasks.run(task.wait())), code(4));
}

fn stop_of_a_deaf_one(tasks: &Tasks) {
    for (timeout, at_least) in
        [(Duration::from_millis(1300), Duration::from_millis(1300)), (Duration::ZERO, Duration::ZERO)]
    {
        let task = tasks.start_ready("trap '' TERM", Value::Null);
        let begun = Instant::now();
        tasks.run(task.stop(None, timeout)).unwrap();
        assert!(
            begun.elapsed() >= at_least && begun.elapsed() < at_least + 5 * SECOND,
            "{:?}",
            begun.elapsed()
        );
        assert_eq!(parts(&tasks.run(task.wait())), code(137));
    }
}

fn stop_twice(tasks: &Tasks) {
    let task = tasks.start_ready("trap '' TERM", Value::Null);
    let begun = Instant::now();
    tasks.run(async {
        let (patient, hasty) = tokio::join!(task.stop(None, 300 * SECOND), task.stop(None, SECOND));
        patient.unwrap();
        hasty.unwrap();
        task.stop(None, 300 * SECOND).await.unwrap();
    });
    assert!(begun.elapsed() < 10 * SECOND, "the one who is in a hurry counts: {:?}", begun.elapsed());
}

fn stop_paused(tasks: &Tasks) {
    let task = tasks.start_ready("trap 'exit 6' TERM", Value::Null);
    let path = format!("/containers/{}/pause", task.container_id);
    assert_eq!(tasks.service.request("POST", &path, None).0, 204);
    let seen = tasks.take_up(&task.container_id, Initial::Unknown);
    tasks.until(|| seen.status.borrow().phase == Phase::Running);
    tasks.forget(&seen);
    drop(seen);
    tasks.run(task.stop(None, 30 * SECOND)).unwrap();
    assert_eq!(parts(&tasks.run(task.wait())), code(6));
}

fn signals(tasks: &Tasks) {
    for signal in ["SIGHUP", "SIGUSR2"] {
        let task = tasks.start_ready("trap 'exit 21' HUP; trap 'exit 22' USR2", Value::Null);
        tasks.run(task.signal(signal.to_owned())).unwrap();
        let exit = tasks.run(task.wait());
        assert_eq!(exit.code, if signal == "SIGHUP" { 21 } else { 22 });
        let late = tasks.run(task.signal(signal.to_owned())).unwrap_err();
        assert!(late.message().starts_with("cannot kill container: the task has ended"), "{late}");
    }
}

fn waiters(tasks: &Tasks) {
    let task = tasks.start(&["sh", "-c", "sleep 1; exit 8"], Value::Null);
    tasks.run(async {
        let given_up = tokio::time::timeout(Duration::from_millis(50), task.wait()).await;
        assert!(given_up.is_err(), "it still runs");
        let (a, b, c) = tokio::join!(task.wait(), task.wait(), task.wait());
        assert_eq!([a.code, b.code, c.code], [8, 8, 8]);
        assert_eq!(task.wait().await.code, 8, "afterwards, too");
    });
}

fn destroy(tasks: &Tasks) {
    let task = tasks.start_ready("trap 'exit 4' TERM", Value::Null);
    let refused = tasks.run(task.destroy(false)).unwrap_err();
    assert_eq!(refused.message(), "cannot destroy running task");
    assert_eq!(task.status.borrow().phase, Phase::Running);
    let exit = tasks.run(async {
        let (exit, destroyed, again) = tokio::join!(task.wait(), task.destroy(true), task.destroy(true));
        destroyed.unwrap();
        again.unwrap();
        exit
    });
    assert_eq!(parts(&exit), code(4), "it was asked before it was removed");
    let path = format!("/containers/{}/json", task.container_id);
    assert_eq!(tasks.service.request("GET", &path, None).0, 404);
    assert!(!tasks.driver.store.contains(&task.ident.task_id));
    // Who still holds it may ask in the moment in which its supervisor goes, and is answered that it is done.
    if let Err(gone) = tasks.run(task.destroy(true)) {
        assert_eq!(gone.message(), "task not found for given id");
    }
}

fn destroy_without_gc(tasks: &Tasks) {
    let id = tasks.container(&["sh", "-c", "exit 2"], Value::Null);
    let task = tasks.take_up_with(&id, Initial::Running, false);
    assert_eq!(tasks.run(task.wait()).code, 2);
    tasks.run(task.destroy(false)).unwrap();
    assert!(!tasks.driver.store.contains(&task.ident.task_id));
    assert_eq!(tasks.service.inspect(&id)["State"]["ExitCode"], 2, "the container stays");
    tasks.service.remove(&id);
}

fn memory(tasks: &Tasks) {
    let limit = json!({"resource_limits": {"memory": {"limit": 16 << 20, "swap": 16 << 20}}});
    let task = tasks.start(&["tail", "/dev/zero"], limit);
    let exit = tasks.run(task.wait());
    let inspect = tasks.service.inspect(&task.container_id);
    let source = if inspect["State"]["OOMKilled"] == true { "inspect" } else { "the cgroup's counter" };
    say(&format!("       killed for want of memory: known from {source}"));
    let error = "Podman container killed by OOM killer".to_owned();
    assert_eq!(parts(&exit), (137, true, error), "{}", inspect["State"]);
}

fn ends_while_podman_is_away(tasks: &Tasks) {
    let task = tasks.start(&["sleep", "600"], json!({"pidns": {"nsmode": "host"}}));
    let pid = task.status.borrow().pid.expect("a process").to_string();
    tasks.service.stop_answering();
    assert!(std::process::Command::new("kill").args(["-KILL", &pid]).status().unwrap().success());
    tasks.run(async {
        let early = tokio::time::timeout(2 * SECOND, task.wait()).await;
        assert!(early.is_err(), "nobody knows yet how it ended: {early:?}");
    });
    tasks.service.answer_again();
    assert_eq!(parts(&tasks.run(task.wait())), code(137));
}

fn stopped_while_podman_is_away(tasks: &Tasks) {
    let task = tasks.start_ready("trap 'exit 3' USR1", Value::Null);
    tasks.service.stop_answering();
    let asked = task.clone();
    let stop = tasks.runtime.spawn(async move { asked.stop(Some("SIGUSR1".to_owned()), 30 * SECOND).await });
    tasks.run(async {
        let early = tokio::time::timeout(SECOND, task.wait()).await;
        assert!(early.is_err(), "{early:?}");
    });
    assert!(!stop.is_finished());
    tasks.service.answer_again();
    tasks.run(stop).unwrap().unwrap();
    assert_eq!(parts(&tasks.run(task.wait())), code(3));
}
