//! What all stand on ends, is killed or stops answering, while tasks run and while tasks end: containers do not notice,
//! no line is lost, and how a task ended while nobody looked is known afterwards.

use std::fs;
use std::time::Instant;

use serde_json::json;

use crate::allocation::{Allocation, Identity};
use crate::api::PATIENCE;
use crate::cluster::{Cluster, send_signal};
use crate::jobs::{Job, LAST, SPLIT};
use crate::logs::assert_numbered;
use crate::support::{say, within};

/// Tasks that do not notice, one of them with its output split, and one that ends just then.
struct Standing<'a> {
    steady: [Allocation<'a>; 2],
    steady_containers: [Identity; 2],
    leaving: Allocation<'a>,
    leaving_container: Identity,
}

/// Shell that says numbered lines until it is told to finish, then how many they were, and ends with a code.
fn until_told(code: u8) -> String {
    format!(
        "i=0; until [ -e /alloc/finish ]; do i=$((i+1)); echo line $i; usleep 10000; done; \
         echo total $i; echo {LAST}; exit {code}"
    )
}

impl<'a> Standing<'a> {
    fn start(cluster: &'a Cluster<'a>, name: &str) -> Self {
        let job = |kind: &str, code, options| {
            let job = Job::batch(&format!("{name}-{kind}")).without_restarts();
            cluster.run(&job.task_with("web", &until_told(code), options, ""))
        };
        let steady = [job("steady", 7, ""), job("split", 7, SPLIT)];
        let leaving = job("leaving", 5, SPLIT);
        let steady_containers = [steady[0].running("web"), steady[1].running("web")];
        let leaving_container = leaving.running("web");
        for one in steady.iter().chain([&leaving]) {
            one.said_until("web", |line| line == "line 20");
        }
        Self { steady, steady_containers, leaving, leaving_container }
    }

    fn settle(&self) {
        self.steady.iter().for_each(settle);
    }

    /// Lets one task end while it can be told by nobody but Podman's own process beside the container.
    fn let_one_leave(&self) {
        finish(&self.leaving);
        let process = format!("/proc/{}", self.leaving_container.pid);
        assert!(within(PATIENCE, || fs::metadata(&process).is_err()), "{process} goes on");
    }

    /// Waits until nothing is left of the task that left. An agent destroys a task once, whatever comes of it: a container
    /// whose plugin is killed just then stays.
    fn settle_the_end(&self) {
        self.leaving.dead("web");
        self.leaving.cluster.without_containers(&self.leaving.id, &self.leaving.job);
    }

    /// Holds that all is as it would have been without the disturbance.
    fn hold(self) {
        let ends = self.leaving.dead("web");
        assert_eq!(
            ends.iter().map(|exit| exit.code).collect::<Vec<_>>(),
            [5],
            "{}",
            self.leaving.story("web")
        );
        said_everything(&self.leaving);
        for (steady, container) in self.steady.iter().zip(&self.steady_containers) {
            settle(steady);
            assert_eq!(&steady.container("web"), container, "{}", steady.story("web"));
            finish(steady);
            let ends = steady.dead("web");
            let codes: Vec<_> = ends.iter().map(|exit| exit.code).collect();
            assert_eq!(codes, [7], "{}", steady.story("web"));
            said_everything(steady);
            steady.purge();
        }
        self.leaving.purge();
    }
}

/// Waits until a signal reaches the task, which does not mind it: the whole way from the agent to the container stands.
fn settle(allocation: &Allocation<'_>) {
    let signal =
        || allocation.cluster.cli(&["alloc", "signal", "-s", "SIGCONT", "-task", "web", &allocation.id], b"");
    assert!(within(PATIENCE, || signal().status.success()), "no signal reaches the task: {:?}", signal());
}

/// Tells a task to finish. The folder that it shares with its group is an ordinary one on the node.
fn finish(allocation: &Allocation<'_>) {
    let folder = allocation.cluster.service.folder().join("data/alloc").join(&allocation.id).join("alloc");
    fs::write(folder.join("finish"), "").unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
}

/// Holds that every line has arrived once, and in order.
fn said_everything(allocation: &Allocation<'_>) {
    let said = allocation.said_until("web", |line| line == LAST);
    let total = said.iter().find_map(|line| line.strip_prefix("total ")?.parse().ok());
    let total: u32 = total.unwrap_or_else(|| panic!("{}: no total: {said:?}", allocation.job));
    assert_numbered(&said, total, &allocation.job);
}

pub fn the_agent_is_restarted(cluster: &Cluster<'_>) {
    let standing = Standing::start(cluster, "restarted");
    let before = cluster.plugin();
    cluster.end_agent("TERM");
    assert!(within(PATIENCE, || cluster.plugins().is_empty()), "the plugin ends with its agent");
    standing.let_one_leave();
    cluster.start_agent();
    cluster.wait_until_ready();
    standing.settle();
    assert_ne!(cluster.plugin(), before);
    standing.hold();
}

pub fn the_agent_is_killed(cluster: &Cluster<'_>) {
    let standing = Standing::start(cluster, "orphaned");
    let before = cluster.plugin();
    cluster.end_agent("KILL");
    standing.let_one_leave();
    assert_eq!(cluster.plugins(), [before], "the plugin does not need its agent");
    cluster.start_agent();
    cluster.wait_until_ready();
    standing.settle();
    assert_eq!(cluster.plugin(), before, "the agent finds the plugin that it had");
    standing.hold();
}

pub fn the_plugin_is_killed(cluster: &Cluster<'_>) {
    let standing = Standing::start(cluster, "bereft");
    let before = cluster.plugin();
    // An agent that is not awake does not start the plugin again while the task ends.
    cluster.signal_agent("STOP");
    send_signal(before, "KILL");
    standing.let_one_leave();
    cluster.signal_agent("CONT");
    standing.settle();
    standing.settle_the_end();
    assert_ne!(cluster.plugin(), before);

    // And once more, with an agent that is awake.
    let before = cluster.plugin();
    send_signal(before, "KILL");
    assert!(
        within(PATIENCE, || matches!(cluster.plugins()[..], [one] if one != before)),
        "{}",
        cluster.log_tail()
    );
    standing.settle();
    standing.hold();
}

pub fn agent_and_plugin_are_killed(cluster: &Cluster<'_>) {
    let standing = Standing::start(cluster, "both");
    let before = cluster.plugin();
    cluster.end_agent("KILL");
    send_signal(before, "KILL");
    standing.let_one_leave();
    cluster.start_agent();
    cluster.wait_until_ready();
    standing.settle();
    assert_ne!(cluster.plugin(), before);
    standing.hold();
}

pub fn podman_is_restarted(cluster: &Cluster<'_>) {
    let standing = Standing::start(cluster, "silent");
    let (node, plugin) = (cluster.node_id(), cluster.plugin());
    let stopped = Instant::now();
    cluster.service.stop_answering();
    let away = cluster.wait_for_node(&node, "the driver is not healthy", |node| {
        node["Drivers"]["podman"]["Healthy"] == false
    });
    let noticed = stopped.elapsed();
    let description = away["Drivers"]["podman"]["HealthDescription"].as_str().unwrap_or_default().to_owned();
    standing.let_one_leave();

    let started = Instant::now();
    cluster.service.answer_again();
    cluster.wait_until_ready();
    let (version, back) = (cluster.service.version(), started.elapsed());
    say(&format!(
        "Podman {version}: away is seen after {noticed:.1?} ({description}), back after {back:.1?}"
    ));
    assert_eq!(cluster.plugin(), plugin, "the plugin lives on");
    standing.hold();
}

pub fn the_node_is_drained(cluster: &Cluster<'_>) {
    let job = Job::service("drained").task_with("web", &until_told(0), "", "kill_timeout = \"2s\"");
    let allocation = cluster.run(&job);
    allocation.running("web");
    let node = cluster.node_id();
    let drain = json!({"DrainSpec": {"Deadline": 30_000_000_000_u64}, "MarkEligible": false});
    cluster.api.ask("POST", &format!("/v1/node/{node}/drain"), Some(&drain));
    assert_eq!(allocation.ended(), "complete", "{}", allocation.story("web"));
    cluster.without_containers(&allocation.id, &allocation.job);
    let settled = "the drain is over";
    cluster.wait_for_node(&node, settled, |node| {
        node["DrainStrategy"].is_null() && node["SchedulingEligibility"] == "ineligible"
    });

    cluster.purge("drained");
    let end = json!({"DrainSpec": null, "MarkEligible": true});
    cluster.api.ask("POST", &format!("/v1/node/{node}/drain"), Some(&end));
    cluster.wait_until_ready();
}
