//! Images as a start wants them: what Podman is asked and what it is not, what users read when it fails, one pull for
//! many tasks. Requests are held against a stand-in; archives and refusals are proved on real Podmans.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/http.rs"]
mod http;
#[path = "support/plans.rs"]
mod plans;
#[path = "support/podman.rs"]
mod podman;
#[path = "support/stand_in.rs"]
mod stand_in;

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use nomad_driver_podman::driver::errors::Failure;
use nomad_driver_podman::driver::image;
use nomad_driver_podman::driver::socket::Socket;
use nomad_driver_podman::podman::Deadlines;
use plans::plan;
use podman::{IMAGE, Podman, Service, on};
use podman_driver_engine::pull::{ImageSource, Login, Platform, PullPlan, PullPolicy};
use podman_driver_engine::secret::Secret;
use stand_in::{Asked, Reply, StandIn};

const NAME: &str = "quay.io/team/app:1";
const ID: &str = "5b0bcabd1ed22e9fb1310cf6c2dec7cdef19f0ad69efa1f392e94a4333501270";

fn socket(path: impl AsRef<Path>) -> Arc<Socket> {
    Arc::new(Socket::new("default", path.as_ref(), true, Deadlines::default()))
}

fn registry() -> PullPlan {
    plan(ImageSource::Registry(NAME.to_owned()))
}

/// The outcome, and what the task's user was told meanwhile.
async fn ensure(socket: &Socket, plan: &PullPlan) -> (Result<String, Failure>, Vec<String>) {
    let told = Mutex::new(Vec::new());
    let outcome = image::ensure(socket, plan, |line| told.lock().unwrap().push(line)).await;
    (outcome, told.into_inner().unwrap())
}

fn pulled() -> Reply {
    let lines = format!("{{\"stream\":\"Trying to pull\\n\"}}\n{{\"images\":[\"{ID}\"],\"id\":\"{ID}\"}}\n");
    Reply::Whole(200, lines)
}

fn absent() -> Reply {
    Reply::Whole(
        404,
        "{\"cause\":\"image not known\",\"message\":\"no such image\",\"response\":404}".to_owned(),
    )
}

/// Has no image, and pulls every one.
fn pulls(asked: &Asked) -> Reply {
    if asked.method == "GET" { absent() } else { pulled() }
}

#[tokio::test]
async fn an_image_that_is_there_costs_one_request_and_no_word() {
    let stand_in = StandIn::start(|_| Reply::Whole(200, format!("{{\"Id\":\"{ID}\"}}")));
    let (outcome, told) = ensure(&socket(stand_in.socket()), &registry()).await;
    assert_eq!((outcome.as_deref(), told), (Ok(ID), vec![]));
    assert_eq!(stand_in.lines(), [format!("GET /images/{NAME}/json")]);
}

#[tokio::test]
async fn a_missing_image_is_pulled_with_all_that_the_plan_says() {
    let stand_in = StandIn::start(pulls);
    let (outcome, told) = ensure(&socket(stand_in.socket()), &registry()).await;
    assert_eq!((outcome.as_deref(), told.len()), (Ok(ID), 2));
    assert_eq!(told[0], format!("Pulling image {NAME}"));
    assert!(told[1].starts_with(&format!("Pulled image {NAME} in ")), "{told:?}");
    let asked = stand_in.asked();
    assert_eq!(stand_in.lines(), [format!("GET /images/{NAME}/json"), "POST /images/pull".to_owned()]);
    assert_eq!(asked[1].path, "/images/pull?reference=quay%2Eio%2Fteam%2Fapp%3A1&tlsVerify=true");
    assert_eq!(asked[1].header("x-registry-auth"), None, "anonymous");

    // By force, so that nobody looks whether it is there.
    let platform = Platform { os: "linux".to_owned(), arch: "arm64".to_owned(), variant: "v8".to_owned() };
    let login = Some(Login { username: "u".to_owned(), password: Secret::new("p") });
    let plan = PullPlan { platform, login, tls_verify: false, policy: PullPolicy::Always, ..registry() };
    let (outcome, _) = ensure(&socket(stand_in.socket()), &plan).await;
    assert_eq!(outcome.as_deref(), Ok(ID));
    let asked = stand_in.asked();
    assert_eq!(asked.len(), 3);
    assert!(asked[2].path.ends_with("&tlsVerify=false&OS=linux&Arch=arm64&Variant=v8"), "{}", asked[2].path);
    assert_eq!(asked[2].header("x-registry-auth"), Some("eyJ1c2VybmFtZSI6InUiLCJwYXNzd29yZCI6InAifQ=="));
}

#[tokio::test]
async fn a_podman_that_cannot_say_whether_it_has_the_image_pulls_it() {
    let stand_in = StandIn::start(|asked| match asked.method.as_str() {
        "GET" => Reply::Whole(500, "{\"cause\":\"odd\",\"message\":\"odd\"}".to_owned()),
        _ => pulled(),
    });
    assert_eq!(ensure(&socket(stand_in.socket()), &registry()).await.0.as_deref(), Ok(ID));
}

const FIRST: &str = "failed to create image: quay.io/team/app:1: failed to start task, unable to pull image \
                     quay.io/team/app:1 : ";

#[tokio::test]
async fn what_goes_wrong_with_a_pull_is_told_in_the_go_drivers_words() {
    let report = |error: &str| Reply::Whole(200, format!("{{\"error\":\"{error}\"}}\n"));
    let cases: [(&dyn Fn() -> Reply, &str, bool); 8] = [
        (&|| report("manifest unknown"), "image pull report indicates error: manifest unknown", false),
        (
            &|| report("unauthorized: no"),
            "image pull report indicates error: unauthorized: no. quay.io does not know who pulls: check the task's",
            false,
        ),
        (
            &|| report("dial tcp: no such host"),
            "image pull report indicates error: dial tcp: no such host. The node cannot find quay.io by its name",
            true,
        ),
        (
            &|| Reply::Whole(500, "{\"cause\":\"c\",\"message\":\"m: c\"}".to_owned()),
            "cannot pull image, status code: 500: m: c",
            true,
        ),
        (
            &|| Reply::Whole(200, "{\"stream\":\"x\"}\n".to_owned()),
            "failed to read image pull response: it ends without an image's ID",
            true,
        ),
        (&|| Reply::Whole(200, "<html>".to_owned()), "failed to read image pull response: ", true),
        (&|| Reply::Close, "failed to pull image: the connection to Podman on ", true),
        (
            &|| Reply::Begun("{\"stream\":\"Copying blob 1\\n\"}\n".to_owned()),
            "failed to pull image: context deadline exceeded after 300ms: 1 layer begun; the last thing that Podman told was \"Copying blob 1\". Raise image_pull_timeout",
            true,
        ),
    ];
    // Replies are made where they are needed: they cannot be copied.
    for (index, (reply, expected, recoverable)) in cases.into_iter().enumerate() {
        let reply = Mutex::new(Some(reply()));
        let stand_in = StandIn::start(move |asked| match asked.method.as_str() {
            "GET" => absent(),
            _ => reply.lock().unwrap().take().expect("it is asked once"),
        });
        let plan = PullPlan { timeout: Duration::from_millis(300), ..registry() };
        let error = ensure(&socket(stand_in.socket()), &plan).await.0.unwrap_err();
        let text = error.message();
        assert!(text.starts_with(&format!("{FIRST}{expected}")), "{index}: {text}");
        assert_eq!(error.is_recoverable(), Some(recoverable), "{text}");
    }
}

#[tokio::test]
async fn a_podman_that_is_away_is_told_at_once() {
    let error = ensure(&socket("/nowhere/podman.sock"), &registry()).await.0.unwrap_err();
    let text = error.message();
    assert!(text.starts_with("failed to create image: quay.io/team/app:1: cannot inspect image: "), "{text}");
    assert!(text.contains("/nowhere/podman.sock"), "{text}");
    assert_eq!(error.is_recoverable(), Some(true));
}

#[tokio::test]
async fn credentials_that_cannot_be_had_end_the_start_before_anything_is_pulled() {
    let stand_in = StandIn::start(pulls);
    let plan = PullPlan { auth_file: Some("/nowhere/auth.json".to_owned()), ..registry() };
    let error = ensure(&socket(stand_in.socket()), &plan).await.0.unwrap_err();
    let expected = "failed to determine authentication for \"quay.io/team/app:1\": open /nowhere/auth.json: ";
    assert!(error.message().starts_with(&format!("{FIRST}{expected}")), "{error}");
    assert_eq!(stand_in.lines().len(), 1);
    let plan = PullPlan { soft_fail: true, ..plan };
    assert_eq!(ensure(&socket(stand_in.socket()), &plan).await.0.as_deref(), Ok(ID));
}

#[tokio::test]
async fn many_tasks_share_a_pull_and_other_credentials_do_not() {
    // Nobody sends: the pulls wait until the sender is dropped.
    let (gate, closed) = std::sync::mpsc::channel::<()>();
    let closed = Mutex::new(closed);
    let stand_in = StandIn::start(move |asked| {
        if asked.method == "POST" {
            assert!(closed.lock().unwrap().recv().is_err());
        }
        pulls(asked)
    });
    let socket = socket(stand_in.socket());
    let login = |name: &str| Some(Login { username: name.to_owned(), password: Secret::new("p") });
    let told = Arc::new(AtomicUsize::new(0));
    let mut tasks = Vec::new();
    for index in 0..60 {
        let plan = match index % 3 {
            0 => registry(),
            1 => PullPlan { login: login("a"), ..registry() },
            _ => PullPlan { login: login("b"), ..registry() },
        };
        let (socket, told) = (socket.clone(), told.clone());
        tasks.push(tokio::spawn(async move {
            let (begun, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
            let tell = |line: String| {
                if line == format!("Pulling image {NAME}") {
                    begun.fetch_add(1, Ordering::SeqCst);
                    told.fetch_add(1, Ordering::SeqCst);
                } else {
                    assert!(line.starts_with(&format!("Pulled image {NAME} in ")), "{line}");
                    done.fetch_add(1, Ordering::SeqCst);
                }
            };
            let outcome = image::ensure(&socket, &plan, tell).await;
            assert_eq!((begun.into_inner(), done.into_inner()), (1, 1), "each of them is told");
            outcome
        }));
    }
    // Each of them is told, and then waits for one of three pulls.
    while told.load(Ordering::SeqCst) < 60 {
        tokio::task::yield_now().await;
    }
    drop(gate);
    for task in tasks {
        assert_eq!(task.await.unwrap().as_deref(), Ok(ID));
    }
    let pulls: Vec<_> = stand_in.asked().into_iter().filter(|asked| asked.method == "POST").collect();
    assert_eq!(pulls.len(), 3, "one for each kind of credentials");
}

#[test]
fn images_on_the_distributions_podman() {
    on(Podman::Distribution, images);
}

#[test]
fn images_on_the_podman_of_forky() {
    on(Podman::Forky, images);
}

fn images(service: &Service) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let socket = socket(service.socket());
    runtime.block_on(async {
        let id = socket.podman.image(IMAGE).await.unwrap().unwrap().id;
        let there = plan(ImageSource::Registry(IMAGE.to_owned()));
        assert_eq!(ensure(&socket, &there).await.0.as_deref(), Ok(id.as_str()));
        absent_images(&socket).await;
    });
}

/// Nobody listens on the port of this registry: Podman says so at once.
async fn absent_images(socket: &Socket) {
    let name = "localhost:1/team/absent:1";
    let plan = plan(ImageSource::Registry(name.to_owned()));
    let started = Instant::now();
    let (outcome, told) = ensure(socket, &plan).await;
    let error = outcome.unwrap_err();
    let text = error.message();
    let expected =
        format!("failed to create image: {name}: failed to start task, unable to pull image {name} : ");
    assert!(text.starts_with(&expected), "{text}");
    assert!(text.contains("connection refused"), "Podman's cause is there: {text}");
    assert!(text.ends_with("It was tried 3 times"), "{text}");
    assert_eq!((error.is_recoverable(), told.len()), (Some(true), 3));
    assert_eq!(told[0], format!("Pulling image {name}"));
    for line in &told[1..] {
        assert!(
            line.starts_with(&format!("Pulling image {name}: it failed, and is tried again in ")),
            "{line}"
        );
    }
    assert!(started.elapsed() < Duration::from_secs(60));
}
