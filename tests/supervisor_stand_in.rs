//! Supervisors on a stand-in for Podman, which does what a real one does seldom: it goes away, tells no events, claims
//! what is not so. And what many of them cost.

// A test that cannot go on panics; that is its way to fail.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/http.rs"]
mod http;
#[path = "support/stand_in.rs"]
mod stand_in;

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use nomad_driver_podman::driver::Driver;
use nomad_driver_podman::driver::ending::Found;
use nomad_driver_podman::driver::events::Ident;
use nomad_driver_podman::driver::socket::Socket;
use nomad_driver_podman::driver::supervisor::{self, Initial, Launch};
use nomad_driver_podman::driver::task::{Phase, Task};
use nomad_driver_podman::podman::Deadlines;
use podman_driver_engine::lifecycle::Exit;
use stand_in::{Asked, Reply, StandIn};
use tokio::time::{sleep, timeout};

const RUNNING: &str = r#"{"Id":"c0","State":{"Status":"running","Running":true,"Pid":0}}"#;
const EXITED: &str =
    r#"{"Id":"c0","State":{"Status":"exited","ExitCode":5,"FinishedAt":"2026-01-02T03:04:05Z"}}"#;
const GONE: &str = r#"{"cause":"no such container","message":"no such container"}"#;
const PATIENCE: Duration = Duration::from_secs(60);

fn launch(driver: &Arc<Driver>, socket: &Arc<Socket>, number: usize) -> Arc<Task> {
    spawn(driver, launch_of(socket, number))
}

fn launch_of(socket: &Arc<Socket>, number: usize) -> Launch {
    let task_id = format!("alloc/web/{number}");
    Launch {
        ident: Ident { task_id, alloc_id: "alloc".to_owned(), task_name: "web".to_owned() },
        container_id: format!("c{number}"),
        socket: socket.clone(),
        image: None,
        found: Found::default(),
        gc_container: true,
        initial: Initial::Unknown,
        seen: None,
        log: None,
    }
}

fn spawn(driver: &Arc<Driver>, launch: Launch) -> Arc<Task> {
    let reservation = driver.store.reserve(&launch.ident.task_id).unwrap();
    supervisor::spawn(driver, reservation, launch)
}

fn socket(podman: &StandIn) -> Arc<Socket> {
    Arc::new(Socket::new("default", &podman.socket(), true, Deadlines::default()))
}

fn ok(body: &str) -> Reply {
    Reply::Whole(200, body.to_owned())
}

/// What a Podman says when nothing special is asked of it. `None` for the calls that the tests are about.
fn usual(asked: &Asked) -> Option<Reply> {
    match asked.line().as_str() {
        "GET /_ping" => Some(ok("OK")),
        "GET /info" => Some(ok("{}")),
        _ => None,
    }
}

async fn until(mut is_so: impl FnMut() -> bool) {
    let waited = async {
        while !is_so() {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, waited).await.expect("waited in vain");
}

fn count(podman: &StandIn, line: &str) -> usize {
    podman.lines().iter().filter(|asked| asked.ends_with(line)).count()
}

const DIED: &str = r#"{"Type":"container","Action":"died","timeNano":1767322800000000000,"Actor":{"ID":"c0","Attributes":{"containerExitCode":"4"}}}"#;

/// How a task ends whose container is looked at and runs, and then dies: its event is told, and Podman answers for it so.
/// `bundle`: where Podman says that its bundle is.
async fn end(bundle: &Path, answer: impl Fn() -> Reply + Send + Sync + 'static) -> Exit {
    let config = bundle.join("config.json");
    let running = RUNNING.replacen('{', &format!(r#"{{"OCIConfigPath":{config:?},"#), 1);
    let has_died = Arc::new(AtomicBool::new(false));
    let dies = has_died.clone();
    let (event, events) = mpsc::channel();
    let events = Mutex::new(Some(events));
    let podman = StandIn::start(move |asked| match asked.line().as_str() {
        "GET /events" => events.lock().unwrap().take().map_or(Reply::Close, Reply::Streamed),
        "GET /containers/c0/json" if has_died.load(Ordering::SeqCst) => answer(),
        "GET /containers/c0/json" => ok(&running),
        "POST /containers/c0/wait" => Reply::Whole(404, GONE.to_owned()),
        _ => usual(asked).unwrap_or(Reply::Close),
    });
    let driver = Arc::new(Driver::default());
    let socket = socket(&podman);
    socket.facts().await.unwrap();
    let task = launch(&driver, &socket, 0);
    until(|| task.status.borrow().phase == Phase::Running).await;
    // Who waits when the contact begins is told to look.
    sleep(Duration::from_millis(100)).await;
    dies.store(true, Ordering::SeqCst);
    event.send(format!("{DIED}\n")).unwrap();
    timeout(PATIENCE, task.wait()).await.expect("an end")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_makes_the_supervisor_look() {
    let exit = end(Path::new("/nonexistent"), || ok(EXITED)).await;
    assert_eq!((exit.code, exit.error.as_str()), (5, ""));
    assert_eq!(exit.completed_at, Some("2026-01-02T03:04:05Z".parse().unwrap()), "Podman's answer counts");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_end_that_was_told_is_believed_where_podman_does_not_answer_and_its_notes_can_be_seen() {
    let bundle = tempfile::tempdir().unwrap();
    std::fs::write(bundle.path().join("config.json"), "{}").unwrap();
    let exit = end(bundle.path(), || Reply::Hang).await;
    assert_eq!((exit.code, exit.oom_killed, exit.error.as_str()), (4, false, ""));
    assert_eq!(exit.completed_at, Some("2026-01-02T03:00:00Z".parse().unwrap()), "the event's time");
    std::fs::write(bundle.path().join("oom"), "").unwrap();
    let exit = end(bundle.path(), || Reply::Hang).await;
    assert_eq!((exit.code, exit.oom_killed), (4, true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_end_that_was_told_is_not_believed_where_the_reason_cannot_be_seen() {
    let exit = end(Path::new("/nonexistent"), || {
        std::thread::sleep(Duration::from_millis(500));
        ok(EXITED)
    });
    assert_eq!(exit.await.code, 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_code_that_was_told_is_that_of_a_container_that_somebody_removed() {
    let exit = end(Path::new("/nonexistent"), || Reply::Whole(404, GONE.to_owned())).await;
    assert_eq!((exit.code, exit.oom_killed, exit.error.as_str()), (4, false, ""));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_container_that_was_just_seen_running_is_looked_at_only_if_its_process_has_gone_since() {
    let podman = StandIn::start(|asked| match asked.line().as_str() {
        "GET /events" => Reply::Begun(String::new()),
        "GET /containers/c0/json" => ok(RUNNING),
        "GET /containers/c1/json" => ok(EXITED),
        _ => usual(asked).unwrap_or(Reply::Close),
    });
    let driver = Arc::new(Driver::default());
    let socket = socket(&podman);
    socket.facts().await.unwrap();
    // Who waits when the contact begins is told to look.
    sleep(Duration::from_millis(100)).await;
    let seen = |number: usize, pid: u32| Launch {
        found: Found { pid: Some(pid), ..Found::default() },
        initial: Initial::Running,
        seen: Some(socket.exits(&format!("c{number}"))),
        ..launch_of(&socket, number)
    };
    let runs = spawn(&driver, seen(0, std::process::id()));
    let mut ended = std::process::Command::new("true").spawn().unwrap();
    let gone = ended.id();
    ended.wait().unwrap();
    let ends = spawn(&driver, seen(1, gone));
    assert_eq!(timeout(PATIENCE, ends.wait()).await.expect("an end").code, 5);
    assert!(!matches!(runs.status.borrow().phase, Phase::Ended(_)));
    assert_eq!(count(&podman, "/containers/c0/json"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_there_are_no_events_podman_is_waited_for() {
    let waited = Arc::new(AtomicUsize::new(0));
    let podman = StandIn::start(move |asked| match asked.line().as_str() {
        "GET /events" => Reply::Whole(500, r#"{"cause":"no events","message":"no events"}"#.to_owned()),
        // At first it claims that the container has ended, as Podman does of some failures.
        "POST /containers/c0/wait" if waited.fetch_add(1, Ordering::SeqCst) == 0 => ok("0\n"),
        "POST /containers/c0/wait" => ok("4\n"),
        "GET /containers/c0/json" if waited.load(Ordering::SeqCst) < 2 => ok(RUNNING),
        "GET /containers/c0/json" => ok(EXITED),
        _ => usual(asked).unwrap_or(Reply::Close),
    });
    let driver = Arc::new(Driver::default());
    let socket = socket(&podman);
    socket.contact();
    until(|| socket.is_without_events()).await;
    let task = launch(&driver, &socket, 0);
    assert_eq!(timeout(PATIENCE, task.wait()).await.expect("an end").code, 5);
    // A third one may have begun while the second one's answer was looked into.
    assert!((2..=3).contains(&count(&podman, "/wait")), "and not in a hurry");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_podman_that_is_away_is_not_asked_again_and_again() {
    let podman = StandIn::start(|_| Reply::Close);
    let driver = Arc::new(Driver::default());
    let task = launch(&driver, &socket(&podman), 0);
    let stop = tokio::spawn({
        let task = task.clone();
        async move { task.stop(None, Duration::from_secs(1)).await }
    });
    let failure = timeout(PATIENCE, stop).await.expect("an answer").unwrap().unwrap_err();
    assert!(failure.message().starts_with("cannot stop container: Podman could not be reached"), "{failure}");
    assert!(!matches!(task.status.borrow().phase, Phase::Ended(_)), "nobody knows that it has ended");
    // SIGTERM, SIGKILL, and one more look before the socket was known to be away; each is tried anew on a fresh
    // connection once.
    for line in ["/kill", "/json"] {
        assert!(count(&podman, line) <= 8, "{:?}", podman.lines());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_tasks_are_cheap() {
    const MANY: usize = 500;
    let podman = StandIn::start(|asked| match asked.line().as_str() {
        "GET /events" => Reply::Begun(" ".to_owned()),
        line if line.ends_with("/json") => ok(RUNNING),
        _ => usual(asked).unwrap_or(Reply::Close),
    });
    let driver = Arc::new(Driver::default());
    let socket = socket(&podman);
    let first = launch(&driver, &socket, 0);
    until(|| first.status.borrow().phase == Phase::Running).await;
    let before = resident();
    let tasks: Vec<_> = (1..=MANY).map(|number| launch(&driver, &socket, number)).collect();
    until(|| tasks.iter().all(|task| task.status.borrow().phase == Phase::Running)).await;
    let grown = resident().saturating_sub(before);
    eprintln!("{MANY} supervisors: {grown} KiB, which is {} bytes for each", grown * 1024 / MANY as u64);
    assert!(grown < 10 << 10, "{grown} KiB, what the stand-in remembers of its requests included");
    // News that came while a supervisor was looking makes it look once more.
    let mut asked = 0;
    while podman.lines().len() != asked {
        asked = podman.lines().len();
        sleep(Duration::from_millis(500)).await;
    }
    assert!(count(&podman, "/json") <= 2 * (MANY + 1), "no supervisor looks more than twice");
    sleep(Duration::from_secs(2)).await;
    assert!(podman.lines().len() <= asked + 2, "nobody asks while nothing happens");
}

/// Memory of this process, in KiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
