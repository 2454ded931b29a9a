//! Sockets and the fingerprint beside a stand-in for Podman that comes, goes and hangs: what is told, when, and what is
//! asked for it. What real Podmans do when they are stopped is in `driver_sockets_real.rs`.

// A test that cannot go on panics; that is its way to fail.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/fickle.rs"]
mod fickle;
#[path = "support/http.rs"]
mod http;
#[path = "support/told.rs"]
mod told;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use fickle::{Fickle, Mood, Telling};
use futures_util::future::join_all;
use futures_util::{FutureExt, StreamExt};
use nomad_driver_podman::driver::Driver;
use nomad_driver_podman::driver::socket::{Contact, Debt, Socket};
use nomad_driver_podman::plugin::generated::driver::fingerprint_response::HealthState;
use serde_json::json;
use tempfile::TempDir;
use tokio::time::timeout;
use told::{configure, health, next, shown, stream, until};

const SECOND: Duration = Duration::from_secs(1);
/// For what may take a second, on a machine that has other things to do.
const SOON: Duration = Duration::from_millis(1500);

fn folder() -> (TempDir, PathBuf) {
    let folder = TempDir::with_prefix("sockets-").unwrap();
    let path = folder.path().join("p.sock");
    (folder, path)
}

fn driver(sockets: &[(&str, &Path)]) -> Arc<Driver> {
    let driver = Arc::new(Driver::default());
    configure(&driver, sockets);
    driver
}

fn socket(driver: &Driver) -> Arc<Socket> {
    driver.settings().sockets[0].clone()
}

async fn contact(socket: &Socket, wanted: fn(&Contact) -> bool) {
    let mut contact = socket.contact();
    let reached = timeout(15 * SECOND, contact.wait_for(wanted)).await;
    reached.expect("the contact in time").expect("a watcher");
}

fn is_up(contact: &Contact) -> bool {
    matches!(contact, Contact::Up(_))
}

fn is_down(contact: &Contact) -> bool {
    matches!(contact, Contact::Down(_))
}

/// What was asked, without queries, in the order of the alphabet.
fn asked(service: &Fickle) -> Vec<String> {
    let mut lines: Vec<_> =
        service.asked().iter().map(|line| line.split('?').next().unwrap().to_owned()).collect();
    lines.sort_unstable();
    lines
}

#[test]
fn a_configuration_contacts_nobody() {
    let (_folder, path) = folder();
    let service = Fickle::start(&path);
    // There is no runtime here in which anything could go on.
    let driver = driver(&[("default", &path)]);
    assert_eq!(driver.settings().sockets.len(), 1);
    assert_eq!((service.taken(), service.asked().len()), (0, 0));
}

#[tokio::test]
async fn nothing_is_asked_while_all_is_well() {
    let (_folder, path) = folder();
    let service = Fickle::start(&path);
    let driver = driver(&[("default", &path)]);
    let (mut one, mut another) = (stream(&driver), stream(&driver));
    assert_eq!(next(&mut one, SOON).await, next(&mut another, SOON).await, "each client is told");
    let quiet = timeout(3 * SECOND, futures_util::future::join(one.next(), another.next())).await;
    assert!(quiet.is_err(), "nothing has changed, and nothing is told: {quiet:?}");
    // Beside the facts and the events, containers that a start left over are looked for, once.
    assert_eq!(asked(&service), ["GET /_ping", "GET /containers/json", "GET /events", "GET /info"]);
    assert!(service.taken() <= 4, "{} connections", service.taken());
}

#[tokio::test]
async fn its_going_and_coming_is_told_within_a_second() {
    let (_folder, path) = folder();
    let mut service = Some(Fickle::start(&path));
    let driver = driver(&[("default", &path)]);
    let mut told = stream(&driver);
    let first = next(&mut told, SOON).await;
    assert_eq!(health(&first), HealthState::Healthy);
    let first = shown(&first);
    for _ in 0..3 {
        drop(service.take());
        let gone = until(&mut told, SOON, HealthState::Undetected).await;
        assert_eq!(
            gone.health_description,
            format!(
                "Cannot connect to any Podman socket. {} does not exist: start the service (systemctl enable --now \
                 podman.socket), or set socket_path.",
                path.display()
            )
        );
        let gone = shown(&gone);
        assert_eq!(gone.keys().collect::<Vec<_>>(), first.keys().collect::<Vec<_>>(), "complete each time");
        for (name, value) in &gone {
            let wanted = match name.as_str() {
                "driver.podman" => "false",
                "driver.podman.health" => "unhealthy",
                _ => "",
            };
            assert_eq!(value, wanted, "{name}: an empty text takes the attribute away");
        }
        service = Some(Fickle::start(&path));
        let back = until(&mut told, SOON, HealthState::Healthy).await;
        assert_eq!(shown(&back), first);
    }
    drop(service);
}

#[tokio::test]
async fn a_service_that_is_away_is_tried_in_peace() {
    let (_folder, path) = folder();
    let service = Fickle::start(&path);
    service.be(Mood::Closing);
    let driver = driver(&[("default", &path)]);
    let mut told = stream(&driver);
    assert_eq!(health(&next(&mut told, SOON).await), HealthState::Undetected);
    let before = service.taken();
    let quiet = timeout(2 * SECOND, told.next()).await;
    assert!(quiet.is_err(), "the reason stays the same, and so does what is told: {quiet:?}");
    // Each try is a connection to see whether there is somebody, and a request that is sent twice.
    let tries = service.taken() - before;
    assert!((4..=20).contains(&tries), "{tries} connections in two seconds");
}

#[tokio::test]
async fn a_socket_that_hangs_holds_nobody_up() {
    let (_folder, path) = folder();
    let (_other, hanging) = folder();
    let (_well, hangs) = (Fickle::start(&path), Fickle::start(&hanging));
    hangs.be(Mood::Hanging);
    let driver = driver(&[("default", &path), ("hung one", &hanging)]);
    let mut told = stream(&driver);
    let first = next(&mut told, SOON).await;
    assert_eq!(health(&first), HealthState::Unhealthy);
    assert_eq!(
        first.health_description,
        format!(
            "Cannot fingerprint certain podman sockets: hung one. Podman on {} has not answered yet.",
            hanging.display()
        )
    );
    let first = shown(&first);
    assert_eq!(first["driver.podman"], "true");
    assert_eq!(first["driver.podman.health"], "healthy");
    assert_eq!(first["driver.podman.hung_one.health"], "unhealthy");
    assert!(!first.contains_key("driver.podman.hung_one.version"), "{first:?}");
    hangs.be(Mood::Well);
    let corrected = until(&mut told, SOON, HealthState::Healthy).await;
    assert_eq!(corrected.health_description, "All Podman sockets are responding.");
    assert_eq!(shown(&corrected)["driver.podman.hung_one.version"], "5.4.2-rhel");
}

#[tokio::test]
async fn of_two_sockets_one_is_down() {
    let (folder, path) = folder();
    let missing = folder.path().join("missing.sock");
    let _service = Fickle::start(&path);
    let driver = driver(&[("a", &missing), ("b", &path)]);
    let mut told = stream(&driver);
    let started = Instant::now();
    let first = next(&mut told, SOON).await;
    assert!(started.elapsed() < SECOND, "nobody has to be waited for: {:?}", started.elapsed());
    assert_eq!(health(&first), HealthState::Unhealthy);
    assert!(first.health_description.starts_with("Cannot fingerprint certain podman sockets: a. "));
    let first = shown(&first);
    assert_eq!(first["driver.podman"], "true");
    assert_eq!(first["driver.podman.health"], "unhealthy", "without a `default` the first one is it");
    assert_eq!(first["driver.podman.b.health"], "healthy");
    assert_eq!(first["driver.podman.b.defaultPodman"], "false");
    let _second = Fickle::start(&missing);
    assert_eq!(
        shown(&until(&mut told, SOON, HealthState::Healthy).await)["driver.podman.defaultPodman"],
        "true"
    );
}

#[tokio::test]
async fn what_changed_while_it_was_away_is_known_after_its_return() {
    let (_folder, path) = folder();
    let service = Fickle::start(&path);
    let driver = driver(&[("default", &path)]);
    let mut told = stream(&driver);
    assert_eq!(shown(&next(&mut told, SOON).await)["driver.podman.rootless"], "true");
    drop(service);
    until(&mut told, SOON, HealthState::Undetected).await;
    let service = Fickle::start(&path);
    service.set_info(json!({"host": {"security": {"rootless": false}}}));
    let limit = Instant::now() + SOON;
    while shown(&next(&mut told, limit - Instant::now()).await)["driver.podman.rootless"] != "false" {}
    assert!(!socket(&driver).facts().await.unwrap().facts.rootless);
}

/// As long as somebody is connected, a service may go on after its socket is gone.
#[tokio::test]
async fn a_socket_without_its_file_is_down() {
    let (folder, path) = folder();
    let _service = Fickle::start(&path);
    goes_and_comes(&path, &path, &folder.path().join("elsewhere")).await;
}

#[tokio::test]
async fn a_socket_behind_a_link_without_its_file_is_down() {
    let ((_folder, path), (folder, link)) = (folder(), folder());
    let _service = Fickle::start(&path);
    std::os::unix::fs::symlink(&path, &link).unwrap();
    goes_and_comes(&link, &path, &path.with_extension("elsewhere")).await;
    goes_and_comes(&link, &link, &folder.path().join("elsewhere")).await;
}

/// `file` is moved, and the socket at `path` is down until it is back.
async fn goes_and_comes(path: &Path, file: &Path, elsewhere: &Path) {
    let driver = driver(&[("default", path)]);
    let mut told = stream(&driver);
    assert_eq!(health(&next(&mut told, SOON).await), HealthState::Healthy);
    std::fs::rename(file, elsewhere).unwrap();
    until(&mut told, SOON, HealthState::Undetected).await;
    assert!(timeout(SECOND, told.next()).await.is_err(), "what is still connected is no contact");
    std::fs::rename(elsewhere, file).unwrap();
    until(&mut told, SOON, HealthState::Healthy).await;
}

#[tokio::test]
async fn a_stream_that_ends_alone_alarms_nobody() {
    let (_folder, path) = folder();
    let service = Fickle::start(&path);
    let driver = driver(&[("default", &path)]);
    let mut told = stream(&driver);
    assert_eq!(health(&next(&mut told, SOON).await), HealthState::Healthy);
    let socket = socket(&driver);
    let notice = socket.exits("c");
    service.emit("died", "c", 1_700_000_000_123_456_789);
    timeout(SOON, notice.changed()).await.expect("news of the container");
    assert!(timeout(SECOND, told.next()).await.is_err(), "a contact that is held for a while");
    service.end_streams();
    timeout(SOON, notice.changed()).await.expect("everybody looks after a gap");
    assert!(timeout(SECOND, told.next()).await.is_err(), "it was never away");
    let events: Vec<_> = service.asked().into_iter().filter(|line| line.starts_with("GET /events")).collect();
    assert_eq!(events.len(), 2);
    assert!(events[1].contains("since=2023%2D11%2D14T22%3A13%3A20%2E123456789Z"), "{}", events[1]);
    service.emit("died", "c", 1_700_000_000_223_456_789);
    timeout(SOON, notice.changed()).await.expect("the new stream is read");
}

#[tokio::test]
async fn an_event_wakes_those_of_its_container_alone() {
    let (_folder, path) = folder();
    let service = Fickle::start(&path);
    let driver = driver(&[("default", &path)]);
    let socket = socket(&driver);
    let notices: Vec<_> = (0..500).map(|number| socket.exits(&format!("c{number}"))).collect();
    contact(&socket, is_up).await;
    for notice in &notices {
        timeout(SOON, notice.changed()).await.expect("a new contact is news to everybody");
    }
    for action in ["died", "cleanup", "remove"] {
        service.emit(action, "c7", 1);
        timeout(SOON, notices[7].changed()).await.expect("news of the container");
    }
    service.emit("died", "c8", 2);
    timeout(SOON, notices[8].changed()).await.expect("news of the container");
    let woken = notices.iter().filter(|notice| notice.changed().now_or_never().is_some()).count();
    assert_eq!(woken, 0);
}

#[tokio::test]
async fn a_podman_without_events_is_asked_every_second() {
    for (telling, logger) in
        [(Telling::Stream, "none"), (Telling::ErrorInside, "journald"), (Telling::Refusal, "journald")]
    {
        let (_folder, path) = folder();
        let service = Fickle::start(&path);
        service.tell(telling, logger);
        let driver = driver(&[("default", &path)]);
        let mut told = stream(&driver);
        assert_eq!(health(&next(&mut told, SOON).await), HealthState::Healthy, "{telling:?}");
        let socket = socket(&driver);
        contact(&socket, |contact| matches!(contact, Contact::Up(known) if !known.events)).await;
        assert!(socket.is_without_events());
        assert!(timeout(2 * SECOND, told.next()).await.is_err(), "{telling:?}");
        let pings = asked(&service).iter().filter(|line| *line == "GET /_ping").count();
        assert!((2..=4).contains(&pings), "{telling:?}: {:?}", asked(&service));
        let others = asked(&service).len() - pings;
        assert_eq!(others, if logger == "none" { 2 } else { 3 }, "{telling:?}: {:?}", asked(&service));
        drop(service);
        until(&mut told, SOON, HealthState::Undetected).await;
        let _service = Fickle::start(&path);
        until(&mut told, SOON, HealthState::Healthy).await;
    }
}

/// A Podman that cannot read its events opens a stream of none, and never says so.
#[tokio::test]
async fn a_stream_that_tells_nothing_is_noticed_and_believed_again() {
    let (_folder, path) = folder();
    let service = Fickle::start(&path);
    let driver = driver(&[("default", &path)]);
    let mut told = stream(&driver);
    assert_eq!(health(&next(&mut told, SOON).await), HealthState::Healthy);
    let socket = socket(&driver);
    contact(&socket, is_up).await;
    let notice = socket.exits("c");
    assert!(timeout(7 * SECOND, told.next()).await.is_err(), "silence alone says nothing");
    assert!(!socket.is_without_events());

    let begun = tokio::time::Instant::now();
    socket.has_to_be_told(begun);
    service.emit("start", "c", 1);
    assert!(timeout(7 * SECOND, notice.changed()).await.is_err(), "a start is no reason to look");
    assert!(!socket.is_without_events(), "it was told");

    let begun = tokio::time::Instant::now();
    socket.has_to_be_told(begun);
    timeout(7 * SECOND, notice.changed()).await.expect("everybody looks");
    assert!(socket.is_without_events());
    let events = |service: &Fickle| asked(service).iter().filter(|line| *line == "GET /events").count();
    assert_eq!(events(&service), 1, "the stream stays");

    service.emit("start", "another", 2);
    timeout(SOON, notice.changed()).await.expect("everybody looks, and waits for events");
    assert!(!socket.is_without_events());

    // What was found out holds over a break, until the new stream tells something.
    socket.has_to_be_told(tokio::time::Instant::now());
    contact(&socket, |contact| matches!(contact, Contact::Up(known) if !known.events)).await;
    service.end_streams();
    while events(&service) < 2 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    timeout(SOON, notice.changed()).await.expect("everybody looks after a gap");
    contact(&socket, is_up).await;
    assert!(socket.is_without_events());
    service.emit("remove", "another", 3);
    contact(&socket, |contact| matches!(contact, Contact::Up(known) if known.events)).await;
}

#[tokio::test]
async fn facts_are_asked_for_once_and_awaited() {
    let (_folder, path) = folder();
    let service = Fickle::start(&path);
    let driver = driver(&[("default", &path)]);
    let socket = socket(&driver);
    let facts = join_all((0..100).map(|_| socket.facts())).await;
    for known in facts {
        let known = known.unwrap();
        assert!(known.facts.rootless, "what is not known is not guessed");
        assert_eq!(known.facts.cgroup_manager, "cgroupfs");
        assert_eq!(
            known.facts.podman_version,
            "5.4.2".parse().unwrap(),
            "a suffix does not make it an old one"
        );
    }
    // Whether containers were left over is looked for when the facts are there, and nobody waits for it.
    let mut asked = asked(&service);
    asked.retain(|line| line != "GET /containers/json");
    assert_eq!(asked, ["GET /_ping", "GET /events", "GET /info"]);
}

#[tokio::test]
async fn facts_of_a_service_without_them_have_the_version_of_its_ping() {
    let (_folder, path) = folder();
    let service = Fickle::start(&path);
    service.set_info(json!({}));
    let driver = driver(&[("default", &path)]);
    let known = socket(&driver).facts().await.unwrap();
    assert_eq!(known.facts.podman_version, "5.4.2".parse().unwrap());
    let first = shown(&next(&mut stream(&driver), SOON).await);
    let names: Vec<_> = first.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "driver.podman",
            "driver.podman.defaultPodman",
            "driver.podman.health",
            "driver.podman.socketName",
            "driver.podman.version",
        ]
    );
}

#[tokio::test]
async fn facts_of_a_service_that_was_away_are_asked_for_anew() {
    let (_folder, path) = folder();
    let driver = driver(&[("default", &path)]);
    let socket = socket(&driver);
    let error = socket.facts().await.expect_err("nobody is there").to_string();
    assert!(error.contains(path.to_str().unwrap()), "{error}");
    let _service = Fickle::start(&path);
    let started = Instant::now();
    socket.facts().await.expect("it is back, and that is not found out at some later time");
    assert!(started.elapsed() < SECOND, "{:?}", started.elapsed());
}

#[tokio::test]
async fn what_is_owed_is_paid_at_the_next_contact() {
    let (_folder, path) = folder();
    let driver = driver(&[("default", &path)]);
    let socket = socket(&driver);
    contact(&socket, is_down).await;
    let debt = |container: &str, task_id: &str| Debt { container: container.into(), task_id: task_id.into() };
    for owed in [debt("ours", "t1"), debt("ours", "t1"), debt("another-start", "t1"), debt("gone", "t1")] {
        socket.owe(owed);
    }
    socket.owe(debt("foreign", "t1"));
    socket.owe(debt("by-id", ""));
    assert_eq!(socket.owed(), 5, "the same one twice is one");
    let service = Fickle::start(&path);
    let mark = |task_id: &str| json!({"io.nomad.driver.podman/alloc-id": "a", "io.nomad.driver.podman/task-id": task_id});
    service.put("ours", &mark("t1"));
    service.put("another-start", &mark("t2"));
    service.put("foreign", &json!(null));
    service.put("by-id", &json!(null));
    until_paid(&socket).await;
    assert_eq!(service.containers(), ["another-start", "foreign"]);
    // With a contact it is done at once.
    service.put("late", &mark("t1"));
    socket.owe(debt("late", "t1"));
    until_paid(&socket).await;
    assert_eq!(service.containers(), ["another-start", "foreign"]);
}

async fn until_paid(socket: &Socket) {
    let paying = async {
        while socket.owed() > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(3 * SECOND, paying).await.expect("all is paid");
}

#[tokio::test]
async fn a_service_that_hangs_is_noticed_at_the_next_look() {
    let (_folder, path) = folder();
    let service = Fickle::start(&path);
    let driver = driver(&[("default", &path)]);
    let socket = socket(&driver);
    contact(&socket, is_up).await;
    service.be(Mood::Hanging);
    // From here on, time passes as soon as nothing else is to be done.
    tokio::time::pause();
    let started = tokio::time::Instant::now();
    let mut contact = socket.contact();
    contact.wait_for(is_down).await.unwrap();
    let elapsed = started.elapsed();
    assert!(elapsed > 30 * SECOND && elapsed < 42 * SECOND, "{elapsed:?}");
    let Contact::Down(error) = &*contact.borrow() else { panic!("it is down") };
    assert_eq!(
        error.to_string(),
        format!("Podman on {} did not answer within 10s: context deadline exceeded", path.display())
    );
}

#[tokio::test]
async fn another_configuration_takes_attributes_away() {
    let (folder, path) = folder();
    let (one, two) = (path, folder.path().join("two.sock"));
    let (_one, _two) = (Fickle::start(&one), Fickle::start(&two));
    let driver = driver(&[("default", &one), ("two", &two)]);
    let mut told = stream(&driver);
    let first = shown(&next(&mut told, SOON).await);
    assert_eq!(first["driver.podman.two.health"], "healthy");
    let before = driver.settings();
    configure(&driver, &[("default", &one)]);
    assert!(Arc::ptr_eq(&before.sockets[0], &driver.settings().sockets[0]), "the same socket, and its tasks");
    let second = shown(&next(&mut told, SOON).await);
    assert_eq!(second["driver.podman.health"], "healthy");
    assert_eq!(second["driver.podman.two.health"], "");
    assert_eq!(second["driver.podman.two.version"], "");
}
