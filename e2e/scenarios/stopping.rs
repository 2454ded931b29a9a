//! How a task is stopped: with the job's signal, with the time that the job gives it, and then without asking.

use std::time::{Duration, Instant};

use crate::allocation::Allocation;
use crate::cluster::Cluster;
use crate::jobs::{Job, LAST, lines};

pub fn the_kill_signal_ends_a_task(cluster: &Cluster<'_>) {
    let shell = format!(
        "trap 'echo got INT; echo {LAST}; exit 5' INT; trap 'echo got TERM; echo {LAST}; exit 6' TERM; {}; \
         echo ready; while :; do sleep 1 & wait $!; done",
        lines(100)
    );
    let blocks = "kill_signal = \"SIGINT\"\n kill_timeout = \"25s\"";
    let allocation = cluster.run(&Job::service("stopped").task_with("web", &shell, "", blocks));
    let took = stop(&allocation);
    let ends = allocation.exits("web");
    assert_eq!(ends.len(), 1, "{ends:?}");
    assert_eq!((ends[0].code, ends[0].oom), (5, false), "{ends:?}");
    assert!(took < Duration::from_secs(20), "the end of the task is seen before its time is over: {took:?}");
    allocation.said_all("web", 100, 1);
    let said = allocation.said_until("web", |line| line == LAST);
    assert!(
        said.iter().any(|line| line == "got INT") && !said.iter().any(|line| line == "got TERM"),
        "{said:?}"
    );
    allocation.purge();
}

pub fn a_task_that_ignores_it_is_killed(cluster: &Cluster<'_>) {
    let shell =
        format!("trap '' INT TERM; {}; echo {LAST}; echo ready; while :; do sleep 1; done", lines(100));
    let blocks = "kill_signal = \"SIGINT\"\n kill_timeout = \"3s\"";
    let allocation = cluster.run(&Job::service("ignorant").task_with("web", &shell, "", blocks));
    let took = stop(&allocation);
    let ends = allocation.exits("web");
    assert_eq!(ends.len(), 1, "{ends:?}");
    assert_eq!((ends[0].code, ends[0].oom), (137, false), "{ends:?}");
    assert!(took >= Duration::from_secs(3), "it had its time: {took:?}");
    assert!(took < Duration::from_secs(20), "and no more: {took:?}");
    allocation.said_all("web", 100, 1);
    allocation.purge();
}

/// Stops the job as a person does. Gives how long it took until the task had ended.
fn stop(allocation: &Allocation<'_>) -> Duration {
    allocation.running("web");
    allocation.said_until("web", |line| line == "ready");
    let started = Instant::now();
    let output = allocation.cluster.cli(&["job", "stop", "-detach", &allocation.job], b"");
    assert!(output.status.success(), "{output:?}");
    allocation.dead("web");
    let took = started.elapsed();
    assert_eq!(allocation.ended(), "complete");
    took
}
