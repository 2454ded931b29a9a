//! What image gc does when Podman fails in ways that a real one shows only by chance: a container that is made in the very
//! moment of a removal, events that do not reach back, events that there are none of, and a start that comes meanwhile.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/http.rs"]
mod http;
#[path = "support/plans.rs"]
mod plans;
#[path = "support/stand_in.rs"]
mod stand_in;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use nomad_driver_podman::driver::Driver;
use nomad_driver_podman::driver::image::gc;
use nomad_driver_podman::driver::settings::{Node, Settings};
use nomad_driver_podman::driver::socket::Socket;
use podman_driver_engine::config::{PluginConfig, Sources};
use podman_driver_engine::pull::{ImageSource, PullPlan};
use stand_in::{Asked, Reply, StandIn};
use tokio::time::{sleep, timeout};

const NAME: &str = "quay.io/team/app:1";
/// Of that name, and of the year 2100: it is not old enough to be renewed.
const MARK: &str = "localhost/nomad-driver-podman/pulled:4102444800000-a565e85a61bbd515";
const ID: &str = "5b0bcabd1ed22e9fb1310cf6c2dec7cdef19f0ad69efa1f392e94a4333501270";
const PATIENCE: Duration = Duration::from_secs(60);

fn ok(body: impl Into<String>) -> Reply {
    Reply::Whole(200, body.into())
}

fn refused(status: u16, cause: &str) -> Reply {
    Reply::Whole(status, format!("{{\"cause\":\"{cause}\",\"message\":\"{cause}\",\"response\":{status}}}"))
}

/// What happened: the mark was given.
fn marked() -> String {
    format!(
        "{{\"Type\":\"image\",\"Action\":\"tag\",\"Actor\":{{\"ID\":\"{ID}\",\"Attributes\":{{\"name\":\"{MARK}\"}}}},\
         \"timeNano\":4102444800000000000}}\n"
    )
}

/// A Podman with one image of ours that nobody uses. `None` for what a test is about.
fn usual(asked: &Asked) -> Option<Reply> {
    let past = asked.path.contains("stream=false");
    Some(match asked.line().as_str() {
        "GET /_ping" => ok("OK"),
        "GET /info" => ok("{}"),
        "GET /images/json" => ok(format!("[{{\"Id\":\"{ID}\",\"Names\":[\"{NAME}\",\"{MARK}\"]}}]")),
        "GET /containers/json" => ok("[]"),
        "GET /events" if !past => Reply::Begun(
            r#"{"Type":"container","Action":"died","Actor":{"ID":"c0"},"timeNano":1}"#.to_owned() + "\n",
        ),
        _ => return None,
    })
}

/// The driver with image gc, its socket, and the delay of nothing at all.
fn plugin(podman: &StandIn) -> (Driver, Arc<Socket>) {
    plugin_with(podman, "0s")
}

fn plugin_with(podman: &StandIn, delay: &str) -> (Driver, Arc<Socket>) {
    let socket_path = format!("unix://{}", podman.socket().display());
    let mut plugin = PluginConfig { socket_path, ..PluginConfig::default() };
    (plugin.gc.image, plugin.gc.image_delay) = (true, delay.to_owned());
    let settings =
        Settings::build(plugin, Sources::default(), Node::default(), &Settings::default()).unwrap();
    let (driver, socket) = (Driver::default(), settings.sockets[0].clone());
    driver.set_settings(settings);
    (driver, socket)
}

async fn until(mut is_so: impl FnMut() -> bool) {
    let waited = async {
        while !is_so() {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, waited).await.expect("waited in vain");
}

/// How often the containers were asked for: each removal that is considered needs them.
fn considered(podman: &StandIn) -> usize {
    podman.asked().iter().filter(|asked| asked.path.contains("external=true")).count()
}

fn changes(podman: &StandIn) -> Vec<String> {
    let changes = podman.asked().into_iter().filter(|asked| asked.method != "GET");
    changes.map(|asked| format!("{} {}", asked.method, asked.path)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_image_that_podman_does_not_let_go_gets_its_names_back() {
    let podman = StandIn::start(|asked| match asked.method.as_str() {
        "GET" => usual(asked).unwrap_or_else(|| ok(marked())),
        "DELETE" => refused(409, "image is in use by a container"),
        _ => Reply::Whole(201, String::new()),
    });
    let (_driver, _socket) = plugin(&podman);
    until(|| changes(&podman).len() >= 6).await;
    let round = [
        format!("POST /images/{ID}/untag?repo=quay%2Eio%2Fteam%2Fapp&tag=1"),
        format!("DELETE /images/{MARK}"),
        format!("POST /images/{ID}/tag?repo=quay%2Eio%2Fteam%2Fapp&tag=1"),
    ];
    let changes = changes(&podman);
    assert_eq!((&changes[..3], &changes[3..6]), (&round[..], &round[..]), "and it is tried again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_known_to_be_ours_alone_stays() {
    let pulled = || {
        let pull = r#"{"Type":"image","Action":"pull","Actor":{"ID":"","Attributes":{"name":"app:1"}},"timeNano":1}"#;
        format!("{}{pull}\n", marked())
    };
    let cases: [(&str, &(dyn Fn() -> Reply + Send + Sync)); 3] = [
        ("Podman keeps no events", &|| refused(500, "cannot read events with the \\\"none\\\" backend")),
        ("they do not reach back", &|| ok("")),
        ("somebody else pulled it", &pulled_reply(pulled)),
    ];
    for (what, told) in cases {
        let told = Mutex::new((0..100).map(|_| told()).collect::<Vec<_>>());
        let podman = StandIn::start(move |asked| match asked.method.as_str() {
            "GET" => usual(asked).unwrap_or_else(|| told.lock().unwrap().pop().unwrap()),
            _ => ok(""),
        });
        let (_driver, _socket) = plugin(&podman);
        let disowned =
            format!("POST /images/{ID}/untag?repo=localhost%2Fnomad%2Ddriver%2Dpodman%2Fpulled&tag=");
        if what.starts_with("somebody") {
            until(|| !changes(&podman).is_empty()).await;
            assert!(
                changes(&podman).iter().all(|change| change.starts_with(&disowned)),
                "{:?}",
                changes(&podman)
            );
        } else {
            until(|| considered(&podman) >= 3).await;
            assert_eq!(changes(&podman), Vec::<String>::new(), "{what}");
        }
    }
}

fn pulled_reply(lines: impl Fn() -> String + Send + Sync) -> impl Fn() -> Reply + Send + Sync {
    move || ok(lines())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_that_arrives_during_a_removal_waits_and_has_the_image_anew() {
    let (removing, go_on) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let (told, wait) = (removing.clone(), go_on.clone());
    let podman = StandIn::start(move |asked| match (asked.method.as_str(), asked.line().as_str()) {
        ("DELETE", _) => {
            told.store(true, Ordering::SeqCst);
            while !wait.load(Ordering::SeqCst) {
                std::thread::sleep(Duration::from_millis(5));
            }
            ok("")
        }
        // What comes after the removal finds nothing.
        ("GET", "GET /images/json") if wait.load(Ordering::SeqCst) => ok("[]"),
        ("GET", line) if line.starts_with("GET /images/quay") => refused(404, "image not known"),
        ("POST", "POST /images/pull") => ok(format!("{{\"id\":\"{ID}\"}}\n")),
        ("GET", _) => usual(asked).unwrap_or_else(|| ok(marked())),
        _ => Reply::Whole(201, String::new()),
    });
    let (_driver, socket) = plugin(&podman);
    until(|| removing.load(Ordering::SeqCst)).await;
    let start =
        tokio::spawn(async move { gc::use_of(&socket, &plan(), |_| ()).await.map(|used| used.to_string()) });
    // It is not known when a start would have asked: it gets some time to do so wrongly.
    sleep(Duration::from_millis(100)).await;
    assert!(
        !start.is_finished() && !podman.lines().iter().any(|line| line.contains("quay")),
        "{:?}",
        podman.lines()
    );
    go_on.store(true, Ordering::SeqCst);
    assert_eq!(timeout(PATIENCE, start).await.unwrap().unwrap().unwrap(), ID);
    let lines = podman.lines();
    let removed = lines.iter().position(|line| line.starts_with("DELETE")).unwrap();
    let pulled = lines.iter().position(|line| line == "POST /images/pull").unwrap();
    assert!(removed < pulled, "{lines:?}");
}

/// Podman's events are kept for a time only, so that marks must not become old; and what happened before is looked at
/// before the old mark goes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_mark_is_renewed() {
    const REPOSITORY: &str = "localhost/nomad-driver-podman/pulled";
    let old = format!("{REPOSITORY}:1577836800000-a565e85a61bbd515");
    let names = Arc::new(Mutex::new(vec![NAME.to_owned(), old.clone()]));
    let (of_podman, first) = (names.clone(), old.clone());
    let podman = StandIn::start(move |asked| {
        let mut names = of_podman.lock().unwrap();
        let (_, tag) = asked.path.rsplit_once("&tag=").unwrap_or_default();
        let name = format!("{REPOSITORY}:{}", tag.replace("%2D", "-"));
        match asked.line().as_str() {
            "GET /images/json" => ok(format!("[{{\"Id\":\"{ID}\",\"Names\":{:?}}}]", *names)),
            line if line.ends_with("/tag") => {
                names.push(name);
                Reply::Whole(201, String::new())
            }
            line if line.ends_with("/untag") => {
                names.retain(|other| *other != name);
                ok("")
            }
            "GET /events" if asked.path.contains("stream=false") => ok(marked().replace(MARK, &first)),
            _ => usual(asked).unwrap_or(Reply::Close),
        }
    });
    let (driver, _socket) = plugin_with(&podman, "1h");
    until(|| changes(&podman).len() == 2).await;
    until(|| !names.lock().unwrap().contains(&old)).await;
    let names = names.lock().unwrap().clone();
    assert_eq!((names.len(), names[0].as_str()), (2, NAME));
    assert!(names[1].starts_with(REPOSITORY) && names[1].ends_with("-a565e85a61bbd515"), "{names:?}");
    let changes = changes(&podman);
    assert!(changes[0].contains("/tag?") && changes[1].contains("/untag?"), "the new one first: {changes:?}");
    drop(driver);
}

fn plan() -> PullPlan {
    PullPlan { timeout: PATIENCE, ..plans::plan(ImageSource::Registry(NAME.to_owned())) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_podman_without_images_of_ours_is_asked_once() {
    let podman = StandIn::start(|asked| match asked.line().as_str() {
        "GET /images/json" => ok("[]"),
        _ => usual(asked).unwrap_or_else(|| ok("")),
    });
    let (driver, socket) = plugin(&podman);
    let images = || podman.lines().iter().filter(|line| *line == "GET /images/json").count();
    until(|| images() == 1).await;
    // What is used and not ours is no reason to look.
    drop(socket.images.take(ID));
    // Nothing begins anew with the same settings.
    let plugin = driver.settings().plugin.clone();
    let same = Settings::build(plugin, Sources::default(), Node::default(), &driver.settings()).unwrap();
    driver.set_settings(same);
    sleep(Duration::from_millis(300)).await;
    assert_eq!((images(), considered(&podman)), (1, 0), "{:?}", podman.lines());

    // Another delay does, and switching it off ends it.
    for (image, delay, looks) in [(true, "1h", 2), (false, "0s", 2)] {
        let mut plugin = driver.settings().plugin.clone();
        (plugin.gc.image, plugin.gc.image_delay) = (image, delay.to_owned());
        let other = Settings::build(plugin, Sources::default(), Node::default(), &driver.settings()).unwrap();
        driver.set_settings(other);
        until(|| images() == looks).await;
        assert_eq!(socket.images.is_on(), image);
    }
}
