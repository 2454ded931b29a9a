//! What is told of real Podmans whose service ends and comes back, and who is woken for containers that end meanwhile.

// A test that cannot go on panics; that is its way to fail.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/podman.rs"]
mod support;
#[path = "support/told.rs"]
mod told;

use std::fs;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use nomad_driver_podman::driver::Driver;
use nomad_driver_podman::driver::socket::{Contact, ExitNotice, Socket};
use nomad_driver_podman::plugin::generated::driver::fingerprint_response::HealthState;
use serde_json::{Value, json};
use support::{IMAGE, Podman, Service, on, say};
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;
use told::{Told, configure, shown, stream, until};

const SECOND: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn the_distributions_podman_is_watched() {
    on(Podman::Distribution, is_watched);
}

#[test]
fn the_podman_of_forky_is_watched() {
    on(Podman::Forky, is_watched);
}

fn is_watched(service: &Service) {
    // The driver goes on while the test talks to the service.
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let _inside = runtime.enter();
    let driver = Arc::new(Driver::default());
    configure(&driver, &[("default", &service.socket())]);
    let mut told = stream(&driver);
    let first = shown(&runtime.block_on(until(&mut told, PATIENCE, HealthState::Healthy)));
    assert_eq!(first, wanted(service));

    let socket = driver.settings().sockets[0].clone();
    exits_are_told(service, &runtime, &socket);

    let (id, pid) = sleeping(service);
    let notice = socket.exits(&id);
    told = told_soon(&runtime, told, HealthState::Undetected, || service.stop_answering());
    // It ends while nobody can be asked.
    assert!(Command::new("kill").args(["-KILL", &pid.to_string()]).status().unwrap().success());
    told = told_soon(&runtime, told, HealthState::Healthy, || service.answer_again());
    changed(&runtime, &notice);
    let state = &service.inspect(&id)["State"];
    assert_eq!((&state["Running"], &state["ExitCode"]), (&json!(false), &json!(137)), "{state}");
    service.remove(&id);

    // The stream goes on where it ended.
    exits_are_told(service, &runtime, &socket);

    // The same service without events.
    let config = service.folder().join("containers.conf");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text.replace("events_logger = \"file\"", "events_logger = \"none\"")).unwrap();
    told = told_soon(&runtime, told, HealthState::Undetected, || service.stop_answering());
    told = told_soon(&runtime, told, HealthState::Healthy, || service.answer_again());
    let without = |contact: &Contact| matches!(contact, Contact::Up(known) if !known.events);
    let mut contact = socket.contact();
    runtime.block_on(timeout(PATIENCE, contact.wait_for(without))).expect("in time").expect("a watcher");
    drop(told_soon(&runtime, told, HealthState::Undetected, || service.stop_answering()));
    service.answer_again();
}

/// The attributes, by what this Podman says of itself.
fn wanted(service: &Service) -> std::collections::BTreeMap<String, String> {
    let (status, info) = service.request("GET", "/info", None);
    assert_eq!(status, 200);
    let text = |path: &str| match &info["host"].pointer(path) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Bool(flag)) => flag.to_string(),
        other => panic!("{path}: {other:?}"),
    };
    [
        ("driver.podman", "true".to_owned()),
        ("driver.podman.appArmor", text("/security/apparmorEnabled")),
        ("driver.podman.capabilities", text("/security/capabilities")),
        ("driver.podman.cgroupVersion", text("/cgroupVersion")),
        ("driver.podman.defaultPodman", "true".to_owned()),
        ("driver.podman.health", "healthy".to_owned()),
        ("driver.podman.ociRuntime", text("/ociRuntime/path")),
        ("driver.podman.rootless", "false".to_owned()),
        ("driver.podman.seccompEnabled", text("/security/seccompEnabled")),
        ("driver.podman.selinuxEnabled", text("/security/selinuxEnabled")),
        ("driver.podman.socket", text("/remoteSocket/path")),
        ("driver.podman.socketName", "default".to_owned()),
        ("driver.podman.version", service.version().to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

fn sleeping(service: &Service) -> (String, u64) {
    let id = service.create(&json!({"image": IMAGE, "command": ["sleep", "600"]}));
    service.start_container(&id);
    let pid = service.inspect(&id)["State"]["Pid"].as_u64().expect("a process");
    (id, pid)
}

/// A container that ends is news to who waits for it, and to nobody else.
fn exits_are_told(service: &Service, runtime: &Runtime, socket: &Socket) {
    let ((id, pid), (other, _)) = (sleeping(service), sleeping(service));
    let (notice, quiet) = (socket.exits(&id), socket.exits(&other));
    assert!(Command::new("kill").args(["-KILL", &pid.to_string()]).status().unwrap().success());
    let killed = Instant::now();
    changed(runtime, &notice);
    say(&format!("Podman {}: an exit is known after {:.0?}", service.version(), killed.elapsed()));
    assert!(runtime.block_on(timeout(Duration::ZERO, quiet.changed())).is_err(), "nothing happened to it");
    service.remove(&id);
    service.remove(&other);
}

fn changed(runtime: &Runtime, notice: &ExitNotice) {
    runtime.block_on(timeout(PATIENCE, notice.changed())).expect("news of the container");
}

/// Does something to the service; this health has to be told within a second of its being so.
fn told_soon(runtime: &Runtime, mut told: Told, health: HealthState, act: impl FnOnce()) -> Told {
    let listening = runtime.spawn(async move {
        until(&mut told, PATIENCE, health).await;
        (Instant::now(), told)
    });
    act();
    let so = Instant::now();
    let (at, told) = runtime.block_on(listening).expect("it is told");
    let late = at.saturating_duration_since(so);
    say(&format!("{health:?} is told {late:.0?} after it can be seen from outside"));
    assert!(late < SECOND, "{late:?}");
    told
}
