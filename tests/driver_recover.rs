//! Tasks that an earlier process started, taken up again: containers made by hand as the Go driver makes them, with
//! that driver's recorded states, on real Podmans; and what is an error, or no error yet, where there is no Podman.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/http.rs"]
mod http;
#[path = "support/podman.rs"]
mod podman;
#[path = "support/stand_in.rs"]
mod stand_in;
#[path = "support/vectors.rs"]
mod vectors;

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use nomad_driver_podman::driver::errors::Failure;
use nomad_driver_podman::driver::settings::{Node, Settings};
use nomad_driver_podman::driver::task::{Exit, Phase, Status, Task};
use nomad_driver_podman::driver::{Driver, handle, recover};
use nomad_driver_podman::plugin::generated::driver as wire;
use nomad_driver_podman::podman::Client;
use podman::{IMAGE, Podman, Service, on};
use podman_driver_engine::config::{PluginConfig, Sources};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use serde_json::{Value, json};
use stand_in::{Reply, StandIn};

const TASK: &str = "f8b2e5a0-1c3d-4e5f-8a9b-0c1d2e3f4a5b/web/6a1c2b3d";
const PATIENCE: Duration = Duration::from_secs(60);

fn driver(socket: &Path, change: impl FnOnce(&mut PluginConfig)) -> Arc<Driver> {
    let mut plugin =
        PluginConfig { socket_path: format!("unix://{}", socket.display()), ..PluginConfig::default() };
    change(&mut plugin);
    let settings =
        Settings::build(plugin, Sources::default(), Node::default(), &Settings::default()).unwrap();
    let driver = Arc::new(Driver::default());
    driver.set_settings(settings);
    driver
}

fn request(id: &str, driver_state: Vec<u8>) -> wire::RecoverTaskRequest {
    let task = wire::TaskConfig { id: id.to_owned(), name: "web".to_owned(), ..Default::default() };
    let handle = wire::TaskHandle {
        version: 1,
        config: Some(task),
        driver_state: driver_state.into(),
        ..Default::default()
    };
    wire::RecoverTaskRequest { task_id: String::new(), handle: Some(handle) }
}

/// What the Go driver gave the client of this container: the recorded bytes, with another ID in them.
fn go_state(container: &str) -> Vec<u8> {
    let recorded = vectors::case("basics: minimal").driver_state().unwrap();
    let id = handle::decode(&recorded).unwrap().container_id;
    let at = recorded.windows(id.len()).position(|window| window == id.as_bytes()).unwrap();
    let mut bytes = recorded;
    bytes[at..at + id.len()].copy_from_slice(container.as_bytes());
    bytes
}

async fn recovered(driver: &Arc<Driver>, container: &str) -> Arc<Task> {
    recover::recover(driver, request(TASK, go_state(container))).await.unwrap();
    driver.store.get(TASK).unwrap()
}

async fn end_of(task: &Task) -> Exit {
    tokio::time::timeout(PATIENCE, task.wait()).await.expect("it ends")
}

/// Waits until the task's phase is such.
async fn until(task: &Task, is_so: impl FnMut(&Status) -> bool) {
    let mut status = task.status.clone();
    tokio::time::timeout(PATIENCE, status.wait_for(is_so)).await.expect("in time").unwrap();
}

/// The body that the Go driver was recorded to send, for this machine's image and folders, and with this script.
fn body(service: &Service, script: &str) -> Value {
    let folder = service.folder().join("task");
    let case = vectors::case("basics: minimal on cgroup v1");
    let recorded = case.json["result"]["create"].to_string().replace("DIR", folder.to_str().unwrap());
    let mut body: Value = serde_json::from_str(&recorded).unwrap();
    body["image"] = json!(IMAGE);
    body["command"] = json!(["sh", "-c", script]);
    // Not every machine lets it be set.
    body["resource_limits"]["memory"].as_object_mut().unwrap().remove("swappiness");
    for mount in body["mounts"].as_array().unwrap() {
        fs::create_dir_all(mount["source"].as_str().unwrap()).unwrap();
    }
    body
}

/// The pipe that Nomad would have made and read.
fn pipe(body: &Value) -> BufReader<File> {
    let path = body["log_configuration"]["path"].as_str().unwrap();
    let _ = fs::remove_file(path);
    mknodat(CWD, path, FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap();
    // Opened for both, so that neither opening nor a pause of the writer ends it.
    BufReader::new(fs::OpenOptions::new().read(true).write(true).open(path).unwrap())
}

#[test]
fn tasks_on_the_distributions_podman() {
    on(Podman::Distribution, tasks);
}

#[test]
fn tasks_on_the_podman_of_forky() {
    on(Podman::Forky, tasks);
}

fn tasks(service: &Service) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    swap_in_place(service, &runtime);
    ended_while_nobody_looked(service, &runtime);
    started_again(service, &runtime);
    paused_made_or_gone(service, &runtime);
    podman_comes_back(service, &runtime);
}

/// The container goes on as it was; its output, its signal and its exit code arrive.
fn swap_in_place(service: &Service, runtime: &tokio::runtime::Runtime) {
    let body =
        body(service, "trap 'exit 7' TERM; n=0; while :; do n=$((n+1)); echo line $n; sleep 0.05; done");
    let mut pipe = pipe(&body);
    let id = service.create(&body);
    service.start_container(&id);
    let mut next = 1;
    let mut read_lines = |count: u32| {
        for _ in 0..count {
            let mut line = String::new();
            pipe.read_line(&mut line).unwrap();
            assert!(line.ends_with(&format!(" F line {next}\n")), "line {next} is {line:?}");
            next += 1;
        }
    };
    read_lines(3);
    let before = service.inspect(&id)["State"].clone();
    let driver = driver(&service.socket(), |_| {});
    runtime.block_on(async {
        let task = recovered(&driver, &id).await;
        assert_eq!(task.container_id, id);
        let status = task.status.borrow().clone();
        assert_eq!(status.phase, Phase::Running);
        assert_eq!(status.pid.map(u64::from), before["Pid"].as_u64());
        let started: jiff::Timestamp = before["StartedAt"].as_str().unwrap().parse().unwrap();
        assert_eq!(status.started_at, Some(started), "Podman's time, and not the recorded one");
        // A second time changes nothing; another task cannot have the same container.
        recover::recover(&driver, request(TASK, go_state(&id))).await.unwrap();
        assert!(Arc::ptr_eq(&task, &driver.store.get(TASK).unwrap()));
        let error = recover::recover(&driver, request("other", go_state(&id))).await.unwrap_err();
        assert!(error.message().contains(TASK), "{error}");
        assert!(!driver.store.contains("other"));
    });
    read_lines(10);
    let after = service.inspect(&id)["State"].clone();
    for member in ["Pid", "StartedAt", "ConmonPid", "Status"] {
        assert_eq!(before[member], after[member], "{member}");
    }
    runtime.block_on(async {
        let task = driver.store.get(TASK).unwrap();
        task.stop(None, Duration::from_secs(30)).await.unwrap();
        let exit = end_of(&task).await;
        assert_eq!((exit.code, exit.oom_killed, exit.error.as_str()), (7, false, ""));
        task.destroy(true).await.unwrap();
    });
    assert_eq!(service.request("GET", &format!("/containers/{id}/json"), None).0, 404);
}

/// A container that has ended, and is still there.
fn ended(service: &Service, runtime: &tokio::runtime::Runtime, script: &str) -> String {
    let body = body(service, script);
    let _pipe = pipe(&body);
    let id = service.create(&body);
    service.start_container(&id);
    let client = Client::new(service.socket(), Default::default());
    runtime.block_on(client.wait_container(&id)).unwrap();
    id
}

fn ended_while_nobody_looked(service: &Service, runtime: &tokio::runtime::Runtime) {
    let id = ended(service, runtime, "exit 3");
    let finished = service.inspect(&id)["State"]["FinishedAt"].as_str().unwrap().to_owned();
    let driver = driver(&service.socket(), |plugin| plugin.gc.container = false);
    runtime.block_on(async {
        let task = recovered(&driver, &id).await;
        let exit = end_of(&task).await;
        assert_eq!((exit.code, exit.oom_killed, exit.error.as_str()), (3, false, ""));
        assert_eq!(exit.completed_at, Some(finished.parse().unwrap()));
    });
    // The code has to be read by the client first: until then another recovery finds it, too.
    assert_eq!(service.request("GET", &format!("/containers/{id}/json"), None).0, 200);
    runtime.block_on(async { driver.store.get(TASK).unwrap().destroy(true).await }).unwrap();
    let (status, _) = service.request("GET", &format!("/containers/{id}/json"), None);
    assert_eq!(status, 404, "it is in the way of the next start, whatever gc.container says");
}

fn started_again(service: &Service, runtime: &tokio::runtime::Runtime) {
    let body = body(service, "test -e /tmp/been && sleep 600; touch /tmp/been; exit 4");
    let _pipe = pipe(&body);
    let id = service.create(&body);
    service.start_container(&id);
    let client = Client::new(service.socket(), Default::default());
    assert_eq!(runtime.block_on(client.wait_container(&id)).unwrap(), Some(4));
    let before = service.inspect(&id)["State"]["StartedAt"].clone();
    let driver = driver(&service.socket(), |plugin| plugin.recover_stopped = true);
    runtime.block_on(async {
        let task = recovered(&driver, &id).await;
        assert_eq!(task.status.borrow().phase, Phase::Running);
        task.stop(Some("SIGKILL".to_owned()), Duration::from_secs(30)).await.unwrap();
        assert_eq!(end_of(&task).await.code, 137);
    });
    assert_ne!(service.inspect(&id)["State"]["StartedAt"], before);
    runtime.block_on(async { driver.store.get(TASK).unwrap().destroy(true).await }).unwrap();
}

fn paused_made_or_gone(service: &Service, runtime: &tokio::runtime::Runtime) {
    let body = body(service, "echo up; sleep 600");
    let mut pipe = pipe(&body);
    let id = service.create(&body);
    let driver = driver(&service.socket(), |_| {});
    let recover = |id: &str| runtime.block_on(recover::recover(&driver, request(TASK, go_state(id))));
    let error = recover(&id).unwrap_err();
    assert!(error.message().contains("was made and has never been started"), "{error}");
    assert!(!driver.store.contains(TASK), "the ID is free again");

    service.start_container(&id);
    // Before its process is there, it cannot be paused.
    pipe.read_line(&mut String::new()).unwrap();
    let (status, answer) = service.request("POST", &format!("/containers/{id}/pause"), None);
    assert_eq!(status, 204, "{answer}");
    recover(&id).unwrap();
    let task = driver.store.get(TASK).unwrap();
    assert_eq!(task.status.borrow().phase, Phase::Running, "a paused container has not ended");
    assert_eq!(service.request("POST", &format!("/containers/{id}/unpause"), None).0, 204);
    runtime.block_on(async {
        task.stop(Some("SIGKILL".to_owned()), Duration::from_secs(30)).await.unwrap();
        assert_eq!(end_of(&task).await.code, 137);
        task.destroy(true).await.unwrap();
    });

    let error = recover(&id).unwrap_err();
    assert!(error.message().starts_with("No such Container"), "{error}");
}

/// Podman's service is away while the client recovers its tasks, and the container runs on.
fn podman_comes_back(service: &Service, runtime: &tokio::runtime::Runtime) {
    let body = body(service, "trap 'exit 9' TERM; while :; do sleep 0.05; done");
    let _pipe = pipe(&body);
    let id = service.create(&body);
    service.start_container(&id);
    let away = service.folder().join("away.sock");
    let driver = driver(&away, |_| {});
    runtime.block_on(async {
        let task = recovered(&driver, &id).await;
        assert_eq!(task.status.borrow().phase, Phase::Unknown);
        assert!(task.status.borrow().started_at.is_some(), "what the state says");
        std::os::unix::fs::symlink(service.socket(), &away).unwrap();
        until(&task, |status| status.phase == Phase::Running).await;
        task.stop(None, Duration::from_secs(30)).await.unwrap();
        assert_eq!(end_of(&task).await.code, 9);
        task.destroy(true).await.unwrap();
    });
    fs::remove_file(away).unwrap();
}

fn id() -> String {
    "ab".repeat(32)
}

#[tokio::test]
async fn what_a_request_lacks_is_an_error() {
    let driver = driver(Path::new("/nowhere/podman.sock"), |_| {});
    let ask = async |request| recover::recover(&driver, request).await.unwrap_err().message().to_owned();
    let nothing = wire::RecoverTaskRequest::default();
    assert_eq!(ask(nothing).await, "error: handle cannot be nil");
    let empty = wire::RecoverTaskRequest { handle: Some(Default::default()), ..Default::default() };
    assert!(ask(empty).await.starts_with("error: handle cannot be nil: it has no task config"));
    assert_eq!(ask(request(TASK, vec![])).await, "failed to decode task state from handle: EOF");
    assert!(ask(request(TASK, vec![0xc1])).await.starts_with("failed to decode task state from handle: "));
    let other = vectors::case("plugin: named sockets");
    let text = ask(request(TASK, other.driver_state().unwrap())).await;
    assert!(
        text.starts_with(
            "error: cannot find the podman socket for this task. Socket might have been removed from"
        ) && text.contains("podmanClient="),
        "{text}"
    );
    assert_eq!(driver.store.all().len(), 0);
    assert!(!driver.store.contains(TASK), "a recovery that fails leaves nothing behind");
}

fn container(state: Value) -> Reply {
    Reply::Whole(200, json!({"Id": id(), "State": state}).to_string())
}

/// Recovers from a Podman that answers each inspect like this.
async fn from(reply: impl Fn() -> Reply + Send + Sync + 'static) -> Result<Status, Failure> {
    let stand_in = StandIn::start(move |asked| match asked.line().as_str() {
        line if line.starts_with("GET /containers/") => reply(),
        _ => Reply::Whole(500, "{}".to_owned()),
    });
    let driver = driver(&stand_in.socket(), |_| {});
    recover::recover(&driver, request(TASK, go_state(&id()))).await?;
    let status = driver.store.get(TASK).unwrap().status.borrow().clone();
    Ok(status)
}

#[tokio::test]
async fn a_podman_that_cannot_say_is_no_reason_to_give_a_task_up() {
    for status in [500, 503] {
        let reply = move || Reply::Whole(status, "{\"cause\":\"database is locked\"}".to_owned());
        assert_eq!(from(reply).await.unwrap().phase, Phase::Unknown, "{status}");
    }
    assert_eq!(from(|| Reply::Whole(200, "<html>".to_owned())).await.unwrap().phase, Phase::Unknown);
    assert_eq!(from(|| Reply::Close).await.unwrap().phase, Phase::Unknown);
    let gone = || Reply::Whole(404, "{\"cause\":\"no such container\"}".to_owned());
    assert!(from(gone).await.unwrap_err().message().starts_with("No such Container"));
}

#[tokio::test]
async fn a_podman_that_hangs_does_not_hold_the_client_up() {
    assert_eq!(from(|| Reply::Hang).await.unwrap().phase, Phase::Unknown);
}

#[tokio::test]
async fn an_end_that_nobody_saw_is_no_success() {
    let state = |exit: i32, finished: &str| {
        let (status, started, finished) = ("exited", "2026-07-01T10:00:00Z", finished.to_owned());
        from(move || {
            container(
                json!({"Status": status, "ExitCode": exit, "StartedAt": started, "FinishedAt": finished}),
            )
        })
    };
    let exit_of = |status: Status| match status.phase {
        Phase::Ended(exit) => (exit.code, exit.error),
        other => panic!("{other:?}"),
    };
    assert_eq!(exit_of(state(0, "2026-07-01T10:00:01Z").await.unwrap()), (0, String::new()));
    assert_eq!(exit_of(state(5, "0001-01-01T00:00:00Z").await.unwrap()), (5, String::new()));
    // As a container looks that ran when its host went down.
    for finished in ["0001-01-01T00:00:00Z", "2026-06-30T10:00:00Z"] {
        let (code, error) = exit_of(state(0, finished).await.unwrap());
        assert_eq!(code, 0);
        assert!(
            error.starts_with(&format!("Driver was unable to get the exit code. ID: {}", id())),
            "{error}"
        );
    }
}

#[tokio::test]
async fn recoveries_of_one_task_at_once_make_one_task() {
    let stand_in = StandIn::start(|asked| match asked.line().as_str() {
        line if line.starts_with("GET /containers/") => {
            container(json!({"Status": "running", "Running": true}))
        }
        _ => Reply::Whole(500, "{}".to_owned()),
    });
    let driver = driver(&stand_in.socket(), |_| {});
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let driver = driver.clone();
            tokio::spawn(async move { recover::recover(&driver, request(TASK, go_state(&id()))).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(driver.store.all().len(), 1);
}
