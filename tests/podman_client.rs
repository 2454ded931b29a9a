//! The REST client against real Podmans, and against sockets that are none.

// A test that cannot go on panics; that is its way to fail.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/podman.rs"]
mod support;

use std::future::Future;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use nomad_driver_podman::podman::{Client, Deadlines, Error, Method};
use serde_json::json;
use support::{IMAGE, Podman, Service, on};
use tempfile::TempDir;

const SECOND: Duration = Duration::from_secs(1);

fn client(socket: impl AsRef<Path>) -> Client {
    Client::new(
        socket.as_ref(),
        Deadlines { connect: SECOND, total: Some(30 * SECOND), ..Deadlines::default() },
    )
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

#[test]
fn asks_the_distributions_podman() {
    on(Podman::Distribution, |service| {
        assert!(service.version_parts() >= (4, 3, 0), "{}", service.version());
        asks(service);
    });
}

#[test]
fn asks_the_podman_of_forky() {
    on(Podman::Forky, |service| {
        assert!(service.version_parts() >= (5, 8, 6), "{}", service.version());
        asks(service);
    });
}

#[test]
fn asks_the_podman_of_trixie() {
    on(Podman::Trixie, |service| {
        assert!(service.version_parts() >= (5, 4, 2), "{}", service.version());
        asks(service);
    });
}

fn asks(service: &Service) {
    service.create_network("backend", "10.99.0.0/24");
    let client = client(service.socket());
    run(async {
        assert_eq!(client.ping().await.unwrap(), service.version());

        let info = client.info().await.unwrap();
        assert_eq!(info.version.as_deref(), Some(service.version()));
        assert_eq!(info.rootless, Some(false));
        assert_eq!(info.cgroup_manager.as_deref(), Some("cgroupfs"), "as its containers.conf says");
        assert!(matches!(info.cgroup_version.as_deref(), Some("v1" | "v2")), "{info:?}");
        assert!(
            info.cgroup_controllers.as_ref().is_some_and(|all| all.contains(&"memory".to_owned())),
            "{info:?}"
        );
        let processors = thread::available_parallelism().unwrap().get();
        assert!(info.processors.is_some_and(|count| count as usize >= processors), "{info:?}");
        assert!(info.apparmor.is_some() && info.selinux.is_some() && info.architecture.is_some(), "{info:?}");

        let networks = client.networks().await.unwrap();
        let mut names: Vec<_> = networks.iter().map(|network| network.name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["backend", "podman"]);

        let image = client.image(IMAGE).await.unwrap().expect("the test image");
        assert_eq!(image.id.len(), 64, "{image:?}");
        assert_eq!(client.image(&image.id).await.unwrap(), Some(image), "an ID is a name too");
        assert_eq!(client.image("localhost/no/such image?#%/json:1").await.unwrap(), None);

        let spec = json!({"image": IMAGE, "cap_add": ["NO_SUCH"]});
        let path = "/containers/create";
        let answer = client.send(Method::POST, path, Some(&spec)).await.unwrap();
        let Error::Podman { status, cause, message, .. } = answer.refusal(path) else { panic!("{answer:?}") };
        assert_eq!(status, 500);
        assert!(cause.contains("capability") && message.contains(&cause), "{cause} / {message}");

        let answer = client.send(Method::GET, "/no/such/route", None).await.unwrap();
        let Error::Podman { status, cause, .. } = answer.refusal("/no/such/route") else {
            panic!("{answer:?}")
        };
        assert_eq!((status, cause.as_str()), (404, "Not Found"), "the router answers plain text");
    });
}

#[test]
fn a_socket_that_nobody_serves_is_an_error_of_connecting() {
    let folder = TempDir::new().unwrap();
    let missing = folder.path().join("missing.sock");
    let orphaned = folder.path().join("orphaned.sock");
    drop(UnixListener::bind(&orphaned).unwrap());
    let endless = folder.path().join("x".repeat(200));
    for (path, expected) in [
        (missing, ErrorKind::NotFound),
        (orphaned, ErrorKind::ConnectionRefused),
        (endless, ErrorKind::InvalidFilename),
    ] {
        match run(client(&path).ping()) {
            Err(Error::Connect { socket, kind, .. }) => assert_eq!((socket, kind), (path, expected)),
            other => panic!("{}: {other:?}", path.display()),
        }
    }
}

#[test]
fn a_service_that_never_answers_meets_the_deadline() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("mute.sock");
    let _listener = UnixListener::bind(&path).unwrap();
    let limit = Duration::from_millis(200);
    let started = Instant::now();
    let result =
        run(Client::new(&path, Deadlines { connect: SECOND, total: Some(limit), ..Deadlines::default() })
            .info());
    assert!(matches!(&result, Err(Error::Deadline { limit: passed, .. }) if *passed == limit), "{result:?}");
    assert!(started.elapsed() < 10 * limit);
}

#[test]
fn what_is_no_podman_is_told_apart() {
    let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK";
    assert!(matches!(ping_of(ok), Err(Error::Answer { .. })), "no version header");
    assert!(matches!(ping_of("SSH-2.0-OpenSSH\r\n"), Err(Error::Transport { .. })), "not HTTP");
    let cut = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nOK";
    assert!(matches!(ping_of(cut), Err(Error::Transport { .. })), "the answer breaks off");
    let result = ping_of("HTTP/1.1 503 Busy\r\nContent-Length: 5\r\n\r\nlater");
    assert!(
        matches!(&result, Err(Error::Podman { status: 503, cause, .. }) if cause == "later"),
        "{result:?}"
    );
}

#[test]
fn a_path_that_http_forbids_is_refused_before_anything_is_sent() {
    let result = run(client("/nowhere.sock").send(Method::GET, "/images/a b/json", None));
    assert!(matches!(&result, Err(Error::Request { path, .. }) if path == "/images/a b/json"), "{result:?}");
}

/// Pings a service that answers any request with `answer` and hangs up.
fn ping_of(answer: &'static str) -> Result<String, Error> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("fake.sock");
    let listener = UnixListener::bind(&path).unwrap();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        assert!(stream.read(&mut request).unwrap() > 0);
        stream.write_all(answer.as_bytes()).unwrap();
    });
    let result = run(client(&path).ping());
    server.join().unwrap();
    result
}
