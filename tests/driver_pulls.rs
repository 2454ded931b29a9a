//! Pulls from registries: which image that is there is taken, how a pull is told, when it is tried again and when it is
//! given up. Held against a stand-in, since it takes Podmans of three generations and registries that fail on demand;
//! real registries are the conformance tests' matter.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/http.rs"]
mod http;
#[path = "support/plans.rs"]
mod plans;
#[path = "support/stand_in.rs"]
mod stand_in;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use nomad_driver_podman::driver::errors::Failure;
use nomad_driver_podman::driver::image;
use nomad_driver_podman::driver::socket::Socket;
use nomad_driver_podman::podman::Deadlines;
use podman_driver_engine::pull::{ImageSource, Platform, PullPlan};
use stand_in::{Asked, Reply, StandIn};

const NAME: &str = "quay.io/team/app:1";
const ID: &str = "5b0bcabd1ed22e9fb1310cf6c2dec7cdef19f0ad69efa1f392e94a4333501270";
const OTHER: &str = "aa0bcabd1ed22e9fb1310cf6c2dec7cdef19f0ad69efa1f392e94a4333501270";

fn plan() -> PullPlan {
    PullPlan { timeout: Duration::from_secs(120), ..plans::plan(ImageSource::Registry(NAME.to_owned())) }
}

fn arm64() -> Platform {
    Platform { arch: "arm64".to_owned(), ..Platform::default() }
}

async fn ensure(socket: &Socket, plan: &PullPlan) -> (Result<String, Failure>, Vec<String>) {
    let told = Mutex::new(Vec::new());
    let outcome = image::ensure(socket, plan, |line| told.lock().unwrap().push(line)).await;
    (outcome, told.into_inner().unwrap())
}

/// A Podman of this version on an amd64 host, and a socket that knows it.
async fn host(
    version: &str,
    answers: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
) -> (StandIn, Arc<Socket>) {
    let info = format!("{{\"host\":{{\"arch\":\"amd64\"}},\"version\":{{\"Version\":\"{version}\"}}}}");
    let stand_in = StandIn::start(move |asked| match asked.path.split('?').next().unwrap() {
        "/_ping" => Reply::Whole(200, "OK".to_owned()),
        "/info" => Reply::Whole(200, info.clone()),
        "/events" => Reply::Begun("\n".to_owned()),
        path if path.starts_with("/images/") => answers(asked),
        _ => Reply::Whole(200, "[]".to_owned()),
    });
    let socket = Arc::new(Socket::new("default", &stand_in.socket(), true, Deadlines::default()));
    socket.facts().await.unwrap();
    (stand_in, socket)
}

/// What was asked about images.
fn asked(stand_in: &StandIn) -> Vec<String> {
    stand_in.lines().into_iter().filter(|line| line.contains("/images/")).collect()
}

fn pulls(stand_in: &StandIn) -> Vec<String> {
    let all = stand_in.asked().into_iter();
    all.filter(|asked| asked.method == "POST").map(|asked| asked.path).collect()
}

fn absent() -> Reply {
    Reply::Whole(
        404,
        "{\"cause\":\"image not known\",\"message\":\"no such image\",\"response\":404}".to_owned(),
    )
}

fn report(error: &str) -> Reply {
    Reply::Whole(200, format!("{{\"stream\":\"Trying to pull\"}}\n{{\"error\":{error:?}}}\n"))
}

fn pulled() -> Reply {
    let lines =
        ["Trying to pull", "Copying blob sha256:aa", "Copying blob sha256:bb", "Copying config sha256:cc"];
    let lines: String = lines.iter().map(|line| format!("{{\"stream\":\"{line}\\n\"}}\n")).collect();
    Reply::Whole(200, format!("{lines}{{\"images\":[\"{ID}\"],\"id\":\"{ID}\"}}\n"))
}

/// A Podman without any image, whose pulls end as these say, one after the other; the last of them always.
fn ending(endings: Vec<fn() -> Reply>) -> impl Fn(&Asked) -> Reply + Send + Sync + 'static {
    let next = AtomicUsize::new(0);
    move |asked| match asked.method.as_str() {
        "GET" => absent(),
        _ => endings[next.fetch_add(1, Ordering::SeqCst).min(endings.len() - 1)](),
    }
}

#[tokio::test]
async fn an_image_of_another_platform_is_not_taken_for_the_hosts() {
    let held = Arc::new(Mutex::new(OTHER));
    let holds = held.clone();
    let (stand_in, socket) = host("5.4.2", move |asked| match asked.method.as_str() {
        "GET" => Reply::Whole(
            200,
            format!("{{\"Id\":\"{}\",\"Os\":\"linux\",\"Architecture\":\"arm64\"}}", holds.lock().unwrap()),
        ),
        _ => pulled(),
    })
    .await;
    let there = PullPlan { platform: arm64(), ..plan() };
    assert_eq!(ensure(&socket, &there).await, (Ok(OTHER.to_owned()), vec![]), "it is what is asked for");
    assert_eq!(pulls(&stand_in).len(), 0);

    let (outcome, told) = ensure(&socket, &plan()).await;
    assert_eq!(outcome.as_deref(), Ok(ID));
    assert!(
        told[1].starts_with(&format!("Pulled image {NAME} in ")) && told[1].ends_with(" s (2 layers)"),
        "{told:?}"
    );
    assert_eq!(asked(&stand_in).len(), 3, "one look for each start, and one pull");

    // The registry has nothing better: what it gave is not pulled at each start.
    *held.lock().unwrap() = ID;
    assert_eq!(ensure(&socket, &plan()).await, (Ok(ID.to_owned()), vec![]));
    let v9 = Platform { variant: "v9".to_owned(), ..arm64() };
    let wanted = PullPlan { platform: v9, ..plan() };
    assert_eq!(
        ensure(&socket, &wanted).await.0.as_deref(),
        Ok(ID),
        "of another variant, as far as one can tell"
    );
    assert_eq!(ensure(&socket, &wanted).await, (Ok(ID.to_owned()), vec![]));
    assert_eq!(pulls(&stand_in).len(), 2);
}

#[tokio::test]
async fn an_image_of_another_platform_that_cannot_be_replaced_is_told() {
    let (_stand_in, socket) = host("5.4.2", |asked| match asked.method.as_str() {
        "GET" => {
            Reply::Whole(200, format!("{{\"Id\":\"{ID}\",\"Os\":\"linux\",\"Architecture\":\"s390x\"}}"))
        }
        _ => report("manifest unknown"),
    })
    .await;
    let error = ensure(&socket, &plan()).await.0.unwrap_err();
    assert!(error.message().contains(&format!("Podman has {NAME} for linux/s390x")), "{error}");
    assert_eq!(error.is_recoverable(), Some(false));
}

#[tokio::test]
async fn what_may_pass_is_tried_again_and_the_waiter_is_told() {
    let away: fn() -> Reply = || report("received unexpected HTTP status: 503 Service Unavailable");
    let broken: fn() -> Reply = || report("happened during read: unexpected EOF");
    let (stand_in, socket) = host("5.4.2", ending(vec![away, broken, pulled])).await;
    let (outcome, told) = ensure(&socket, &plan()).await;
    assert_eq!((outcome.as_deref(), told.len()), (Ok(ID), 4), "{told:?}");
    assert!(
        told[1].starts_with(&format!("Pulling image {NAME}: it failed, and is tried again in ")),
        "{told:?}"
    );
    assert!(told[1].ends_with(" s: received unexpected HTTP status: 503 Service Unavailable"), "{told:?}");
    assert!(told[2].ends_with("unexpected EOF"), "{told:?}");
    assert_eq!(pulls(&stand_in).len(), 3);

    let (stand_in, socket) = host("5.4.2", ending(vec![away])).await;
    let error = ensure(&socket, &plan()).await.0.unwrap_err();
    assert!(
        error.message().ends_with("a trouble of its own: its log says which. It was tried 3 times"),
        "{error}"
    );
    assert_eq!((error.is_recoverable(), pulls(&stand_in).len()), (Some(true), 3));
}

#[tokio::test]
async fn what_does_not_pass_is_not_tried_again() {
    for error in
        ["unauthorized", "denied", "manifest unknown", "x509: unknown", "short-name \"x\" did not", "odd"]
    {
        let answers = move |asked: &Asked| if asked.method == "GET" { absent() } else { report(error) };
        let (stand_in, socket) = host("5.4.2", answers).await;
        let failed = ensure(&socket, &plan()).await;
        assert_eq!((failed.0.is_err(), failed.1.len(), pulls(&stand_in).len()), (true, 1, 1), "{error}");
    }
}

#[tokio::test]
async fn a_registry_that_is_silent_is_given_up_and_a_layer_that_comes_is_not() {
    let silent = |lines: &str| Reply::Begun(lines.to_owned());
    let limited = PullPlan {
        activity_timeout: Some(Duration::from_secs(2)),
        timeout: Duration::from_secs(4),
        ..plan()
    };
    // A Podman that tells no bytes.
    let (stand_in, socket) =
        host("4.3.1", ending(vec![|| Reply::Begun("{\"stream\":\"Trying to pull\"}\n".to_owned())])).await;
    let error = ensure(&socket, &limited).await.0.unwrap_err();
    let expected = "failed to pull image: no progress within 2s: the last thing that Podman told was \"Trying to pull\".";
    assert!(
        error.message().contains(expected) && error.message().contains("pull_activity_timeout"),
        "{error}"
    );
    assert!(!pulls(&stand_in)[0].contains("compatMode"));
    let layer = move |asked: &Asked| match asked.method.as_str() {
        "GET" => absent(),
        _ => silent("{\"stream\":\"Copying blob sha256:aa\"}\n"),
    };
    let (_stand_in, socket) = host("4.3.1", layer).await;
    let error = ensure(&socket, &limited).await.0.unwrap_err();
    let expected = "context deadline exceeded after 4s: 1 layer begun; the last thing that Podman told was \"Copying blob sha256:aa\"";
    assert!(error.message().contains(expected), "{error}");
    // One that tells them.
    for (version, line) in [
        (
            "5.8.6",
            "{\"status\":\"Downloading\",\"progressDetail\":{\"current\":1250000,\"total\":2500000},\"id\":\"aa\"}",
        ),
        (
            "6.0.0-dev",
            "{\"status\":\"pulling\",\"stream\":\"Pulling artifact\",\"pullProgress\":{\"status\":\"pulling\",\"current\":1250000,\
             \"total\":2500000,\"progressComponentID\":\"sha256:aa\"}}",
        ),
    ] {
        let coming = move |asked: &Asked| match asked.method.as_str() {
            "GET" => absent(),
            _ => silent(&format!("{line}\n")),
        };
        let (_stand_in, socket) = host(version, coming).await;
        let plan = PullPlan { timeout: Duration::from_secs(60), ..limited.clone() };
        let error = ensure(&socket, &plan).await.0.unwrap_err();
        let expected = "no progress within 2s: 0 of 1 layer done, 1.2 of 2.5 MB.";
        assert!(error.message().contains(expected), "{version}: {error}");
    }
}

#[tokio::test]
async fn bytes_are_asked_for_where_that_is_safe() {
    let limited = PullPlan { activity_timeout: Some(Duration::from_secs(60)), ..plan() };
    let docker = |asked: &Asked| {
        match asked.path.as_str() {
        path if path == format!("/images/{}/json", &ID[..12]) => Reply::Whole(200, format!("{{\"Id\":\"{ID}\"}}")),
        _ if asked.method == "GET" => absent(),
        _ => Reply::Whole(
            200,
            [
                "{\"status\":\"Pulling fs layer\",\"progressDetail\":{},\"id\":\"aaaaaaaaaaaa\"}\n".to_owned(),
                "{\"status\":\"Downloading\",\"progressDetail\":{\"current\":1,\"total\":2500000},\"id\":\"aaaaaaaaaaaa\"}\n".to_owned(),
                "{\"status\":\"Download complete\",\"progressDetail\":{},\"id\":\"aaaaaaaaaaaa\"}\n".to_owned(),
                format!("{{\"status\":\"Download complete\",\"progressDetail\":{{}},\"id\":\"{}\"}}\n", &ID[..12]),
            ]
            .concat(),
        ),
    }
    };
    let (stand_in, socket) = host("5.8.6", docker).await;
    let (outcome, told) = ensure(&socket, &limited).await;
    assert_eq!(outcome.as_deref(), Ok(ID), "the whole of it");
    assert!(told[1].ends_with(" s (1 layer, 2.5 MB)"), "{told:?}");
    assert!(pulls(&stand_in)[0].ends_with("&compatMode=true"), "{:?}", pulls(&stand_in));
    // Refusals have another form there.
    let refused = |asked: &Asked| match asked.method.as_str() {
        "GET" => absent(),
        _ => Reply::Whole(404, "{\"message\":\"manifest unknown\"}\n".to_owned()),
    };
    let (_stand_in, socket) = host("5.8.6", refused).await;
    let error = ensure(&socket, &limited).await.0.unwrap_err();
    let expected = "cannot pull image, status code: 404: manifest unknown. The registry has no quay.io/team/app:1: check";
    assert!(error.message().contains(expected), "{error}");

    for (version, plan, expected) in [
        ("5.8.6", plan(), "&tlsVerify=true"),
        ("4.7.2", limited.clone(), "&tlsVerify=true"),
        ("6.0.0-dev", plan(), "&tlsVerify=true&pullProgress=true"),
        ("6.0.0-dev", limited, "&tlsVerify=true&pullProgress=true"),
    ] {
        let (stand_in, socket) = host(version, ending(vec![pulled])).await;
        assert_eq!(ensure(&socket, &plan).await.0.as_deref(), Ok(ID));
        assert!(pulls(&stand_in)[0].ends_with(expected), "{version}: {:?}", pulls(&stand_in));
    }
}

#[tokio::test]
async fn an_address_that_is_signed_is_in_no_error_and_no_event() {
    let signed: fn() -> Reply =
        || report("fetching blob: Get \"https://store.example/b?Signature=hunter2\": unexpected EOF");
    let (_stand_in, socket) = host("5.4.2", ending(vec![signed])).await;
    let (outcome, told) = ensure(&socket, &plan()).await;
    let all = format!("{}{told:?}", outcome.unwrap_err());
    assert!(all.contains("https://store.example/b?…") && !all.contains("hunter2"), "{all}");
}

#[tokio::test]
async fn a_waiter_that_leaves_ends_nothing_and_the_last_one_does() {
    let told = Arc::new(AtomicUsize::new(0));
    let (stand_in, socket) = host("5.4.2", |asked| match asked.method.as_str() {
        "GET" => absent(),
        _ => Reply::Begun("{\"stream\":\"Copying blob sha256:aa\"}\n".to_owned()),
    })
    .await;
    let mut tasks = Vec::new();
    for _ in 0..3 {
        let (socket, told) = (socket.clone(), told.clone());
        tasks.push(tokio::spawn(async move {
            let tell = |_| {
                told.fetch_add(1, Ordering::SeqCst);
            };
            image::ensure(&socket, &plan(), tell).await
        }));
    }
    while told.load(Ordering::SeqCst) < 3 || pulls(&stand_in).is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for task in tasks.drain(..2) {
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
    }
    let late = PullPlan { timeout: Duration::from_secs(2), ..plan() };
    let error = ensure(&socket, &late).await.0.unwrap_err();
    assert!(error.message().contains("after 2s: 1 layer begun"), "it joined what goes on: {error}");
    assert_eq!(pulls(&stand_in).len(), 1);
    for task in tasks {
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
    }
    // The pull was given up with its last waiter, so that this is another one.
    let _ = ensure(&socket, &late).await.0.unwrap_err();
    assert_eq!(pulls(&stand_in).len(), 2);
}
