//! How tasks end: not before they are stopped, by themselves, with a failure, for want of memory.

use serde_json::json;

use crate::allocation::Exit;
use crate::cluster::Cluster;
use crate::jobs::{Job, LAST, SPLIT, lines};
use crate::logs::{Unprefixed, assert_numbered};
use crate::support::{IMAGE, say};

pub fn output_is_split(cluster: &Cluster<'_>) {
    let shell = format!("{}; printf 'half '; echo >&2 an error; sleep 0.3; echo a line; exit 3", lines(3000));
    let job = Job::batch("split").group("restart {\n attempts = 1\n delay = \"1s\"\n mode = \"fail\"\n }");
    let allocation = cluster.run(&job.task_with("web", &shell, SPLIT, ""));
    assert_eq!(allocation.dead("web").iter().map(|exit| exit.code).collect::<Vec<_>>(), [3, 3]);
    let said = |arguments: &[&str]| {
        let arguments = [&["alloc", "logs", "-task", "web"], arguments, &[&*allocation.id]].concat();
        String::from_utf8(cluster.cli(&arguments, b"").stdout).unwrap()
    };
    let once: String =
        (1..=3000).map(|number| format!("line {number}\n")).collect::<String>() + "half a line\n";
    assert_eq!(said(&[]), once.repeat(2), "{}", allocation.story("web"));
    assert_eq!(said(&["-stderr"]), "an error\n".repeat(2));
    allocation.purge();
}

pub fn a_service_runs_until_it_is_stopped(cluster: &Cluster<'_>) {
    let shell = format!("{}; echo to standard error >&2; echo {LAST}; exec sleep 600", lines(200));
    let allocation = cluster.run(&Job::service("service").task("web", &shell));
    let before = allocation.running("web");
    allocation.said_all("web", 200, 1);

    // Podman writes both streams into one pipe, each line with a prefix.
    let output = cluster.cli(&["alloc", "logs", "-task", "web", &allocation.id], b"");
    let text = String::from_utf8(output.stdout).unwrap();
    let mut unprefixed = Unprefixed::default();
    let said: Vec<_> = text.lines().filter_map(|line| unprefixed.take(line)).collect();
    let all: Vec<_> = said.iter().map(|(_, text)| text.clone()).collect();
    assert_numbered(&all, 200, "nomad alloc logs");
    for expected in [("stderr", "to standard error"), ("stdout", LAST)] {
        assert!(said.contains(&(expected.0, expected.1.to_owned())), "{expected:?}: {said:?}");
    }
    let output = cluster.cli(&["alloc", "logs", "-stderr", "-task", "web", &allocation.id], b"");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "", "the other log stays empty");

    assert_eq!(allocation.container("web"), before);
    allocation.purge();
}

pub fn a_batch_job_completes(cluster: &Cluster<'_>) {
    let shell = format!("{}; echo {LAST}", lines(1000));
    let allocation = cluster.run(&Job::batch("batch").without_restarts().task("count", &shell));
    assert_eq!(codes(&allocation.dead("count")), [0]);
    assert_eq!(allocation.ended(), "complete");
    allocation.said_all("count", 1000, 1);
    allocation.purge();
}

pub fn a_failing_task_is_started_again(cluster: &Cluster<'_>) {
    let shell = format!("{}; echo {LAST}; exit 3", lines(50));
    let restart = "restart {\n attempts = 1\n interval = \"10m\"\n delay = \"1s\"\n mode = \"fail\"\n }";
    let allocation = cluster.run(&Job::batch("failing").group(restart).task("fail", &shell));
    assert_eq!(codes(&allocation.dead("fail")), [3, 3]);
    assert_eq!(allocation.ended(), "failed");
    assert!(allocation.story("fail").contains("Exit Code: 3"), "{}", allocation.story("fail"));
    allocation.said_all("fail", 50, 2);
    allocation.purge();
}

/// Which source knew it depends on Podman and on the cgroups of the machine: a container without Nomad tells whether
/// this Podman's `inspect` does. If it does not and the driver says so all the same, it was the cgroup's counter.
pub fn a_task_that_needs_too_much_memory_is_killed(cluster: &Cluster<'_>) {
    let greedy = "exec dd if=/dev/zero of=/dev/null bs=200M count=5";
    let allocation = cluster.run(&Job::batch("memory").without_restarts().task("greedy", greedy));
    let ends = allocation.dead("greedy");
    assert_eq!(codes(&ends), [137], "{ends:?}");
    assert_eq!(allocation.ended(), "failed");

    let inspect_knows = inspect_knows(cluster, greedy);
    let source = match (ends[0].oom, inspect_knows) {
        (true, true) => "by inspect",
        (true, false) => "by the cgroup's counter",
        (false, false) => "by nothing but its exit code: neither inspect nor the counter said so",
        (false, true) => panic!("inspect says that it was out of memory, and the driver does not: {ends:?}"),
    };
    let (version, message) = (cluster.service.version(), &ends[0].message);
    say(&format!("Podman {version}: out of memory is known {source} ({message})"));
    allocation.purge();
}

fn inspect_knows(cluster: &Cluster<'_>, shell: &str) -> bool {
    let service = cluster.service;
    let id = service.create(&json!({
        "image": IMAGE, "command": ["sh", "-c", shell], "resource_limits": {"memory": {"limit": 33_554_432}},
    }));
    service.start_container(&id);
    let (status, code) = service.request("POST", &format!("/containers/{id}/wait"), None);
    assert_eq!((status, code.as_i64()), (200, Some(137)), "{code}");
    let known = service.inspect(&id)["State"]["OOMKilled"] == true;
    service.remove(&id);
    known
}

fn codes(ends: &[Exit]) -> Vec<i64> {
    ends.iter().map(|exit| exit.code).collect()
}
