//! The Podman of an ordinary user, on a socket of its own beside the rootful one. Its containers have no network here:
//! what would give them one needs a device that machines which run tests often lack.

use nomad_driver_podman::podman::{Client, Deadlines, Method};
use serde_json::Value;
use tokio::runtime::Builder;

use crate::allocation::Identity;
use crate::api::PATIENCE;
use crate::cluster::Cluster;
use crate::jobs::{Job, LAST, lines};
use crate::support::within;

pub fn tasks_run_on_a_rootless_podman(cluster: &Cluster<'_>) {
    let (user, _) = cluster.service.users_socket().expect("a second Podman");
    let health = format!("driver.podman.{user}.health");
    let node = cluster.wait_for_node(&cluster.node_id(), "the rootless Podman is there", |node| {
        node["Attributes"][&health] == "healthy"
    });
    let attribute = |name: String| node["Attributes"][&name].as_str().unwrap_or_default().to_owned();
    assert_eq!(attribute(format!("driver.podman.{user}.rootless")), "true");
    assert_eq!(attribute("driver.podman.rootless".to_owned()), "false");
    assert_eq!(attribute(format!("driver.podman.{user}.socketName")), user);

    let options = format!("socket = \"{user}\"\n network_mode = \"none\"");
    let shell = format!("{}; id -u; echo to standard error >&2; echo {LAST}; exec sleep 600", lines(200));
    let job = Job::service("rootless").task_with("web", &shell, &options, "").task("rootful", &shell);
    let allocation = cluster.run(&job);
    let failing = format!("{}; echo {LAST}; exit 4", lines(200));
    let job = Job::batch("rootless-fails").without_restarts().task_with("fail", &failing, &options, "");
    let fails = cluster.run(&job);
    allocation.wait_for_task("web", "runs", |state| (state["State"] == "running").then_some(()));
    let name = allocation.container_name("web");
    let before = Identity::of(&ask(cluster, &format!("/containers/{name}/json")));
    let user_id = ask(cluster, "/info")["host"]["idMappings"]["uidmap"][0]["host_id"].as_u64().unwrap();
    let status = std::fs::read_to_string(format!("/proc/{}/status", before.pid)).unwrap();
    assert!(status.contains(&format!("Uid:\t{user_id}\t")), "its root is the user {user_id}: {status}");
    assert_eq!(cluster.service.request("GET", &format!("/containers/{name}/json"), None).0, 404);

    for task in ["web", "rootful"] {
        allocation.said_all(task, 200, 1);
    }
    let output = allocation.exec("web", "cat; exit 7", b"from outside");
    assert_eq!((output.status.code(), &output.stdout[..]), (Some(7), &b"from outside"[..]), "{output:?}");
    let ends = fails.dead("fail");
    assert_eq!(ends.iter().map(|exit| exit.code).collect::<Vec<_>>(), [4], "{}", fails.story("fail"));
    fails.said_all("fail", 200, 1);

    assert_eq!(Identity::of(&ask(cluster, &format!("/containers/{name}/json"))), before);
    fails.purge();
    allocation.purge();
    let left = || ask(cluster, "/containers/json?all=true");
    assert!(within(PATIENCE, || left().as_array().is_some_and(Vec::is_empty)), "{}", left());
}

/// Asks the rootless Podman.
fn ask(cluster: &Cluster<'_>, path: &str) -> Value {
    let (_, socket) = cluster.service.users_socket().expect("a second Podman");
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let client = Client::new(socket, Deadlines::default());
    let answer = runtime.block_on(client.send(Method::GET, path, None::<&Value>)).unwrap();
    assert_eq!(answer.status, 200, "{path}: {:?}", answer.json());
    answer.json().unwrap()
}
