//! Image gc on real Podmans, with a real registry beside them: what is removed, what never is, what survives the end of
//! the plugin, and who wins when a start and a removal meet. The registry runs in the network of its Podman alone.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/podman.rs"]
mod podman;

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use nomad_driver_podman::driver::Driver;
use nomad_driver_podman::driver::image::gc::{self, REPOSITORY, Use};
use nomad_driver_podman::driver::settings::{Node, Settings};
use nomad_driver_podman::driver::socket::Socket;
use nomad_driver_podman::podman::ListedImage;
use podman::{IMAGE, Podman, Service, on};
use podman_driver_engine::config::{PluginConfig, Sources};
use podman_driver_engine::pull::{ImageSource, Platform, PullPlan, PullPolicy};
use serde_json::json;
use tokio::runtime::Runtime;

const REGISTRY: &str = "127.0.0.1:5000";
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn image_gc_on_the_distributions_podman() {
    on(Podman::Distribution, collect);
}

#[test]
fn image_gc_on_the_podman_of_forky() {
    on(Podman::Forky, collect);
}

fn collect(service: &Service) {
    let bench = Bench::new(service);
    what_nobody_uses_goes(&bench);
    what_others_have_or_use_stays(&bench);
    marks_outlive_the_plugin(&bench);
    a_pull_of_our_own_is_nobody_elses(&bench);
    nothing_happens_while_it_is_off(&bench);
    starts_win(&bench);
}

/// Images in a registry that can be pulled, and a Podman without them.
struct Bench<'a> {
    service: &'a Service,
    runtime: Runtime,
    _registry: Registry,
}

/// Debian's docker-registry.
struct Registry(Child);

impl Registry {
    fn start(service: &Service) -> Self {
        let config = service.folder().join("registry.yml");
        fs::write(
            &config,
            format!("version: 0.1\nstorage: {{inmemory: {{}}}}\nhttp: {{addr: \"{REGISTRY}\"}}\n"),
        )
        .unwrap();
        let log = fs::File::create(service.folder().join("registry.log")).unwrap();
        let mut command = Command::new("nsenter");
        command.arg(format!("--net=/proc/{}/ns/net", service.process()));
        command.args(["docker-registry", "serve"]).arg(&config);
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        Self(command.spawn().expect("nsenter and docker-registry, which .ci/install-podman installs"))
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl<'a> Bench<'a> {
    fn new(service: &'a Service) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        Self { service, runtime, _registry: Registry::start(service) }
    }

    fn request(&self, method: &str, path: &str) -> (u16, serde_json::Value) {
        self.service.request(method, path, None)
    }

    /// Puts an image that no other is like into the registry, and not into the storage. Gives its reference.
    fn publish(&self, name: &str) -> String {
        let reference = format!("{REGISTRY}/team/{name}:1");
        let container = self.service.create(&json!({"image": IMAGE, "netns": {"nsmode": "none"}}));
        let commit = format!(
            "/commit?container={container}&repo={REGISTRY}/team/{name}&tag=1&changes=LABEL%20n={name}"
        );
        let (status, answer) = self.request("POST", &commit);
        assert!(matches!(status, 200 | 201), "{answer}");
        self.service.remove(&container);
        let push = format!("/images/{reference}/push?destination={reference}&tlsVerify=false");
        // The registry may not listen yet.
        let pushed = podman::within(PATIENCE, || {
            self.request("POST", &push);
            let pull = format!("/images/pull?reference={reference}&tlsVerify=false&policy=always");
            let (status, answer) = self.request("POST", &format!("{pull}&quiet=true"));
            status == 200 && answer["error"].is_null()
        });
        assert!(pushed, "{reference} does not get into the registry");
        self.forget(&reference);
        assert!(!self.has(&reference));
        reference
    }

    fn images(&self) -> Vec<ListedImage> {
        // 4.3.1 cannot list images while one is removed.
        for _ in 0..100 {
            let (status, answer) = self.request("GET", "/images/json?all=true");
            if status == 200 {
                return serde_json::from_value(answer).unwrap();
            }
            assert_eq!(answer["cause"], "image not known", "{answer}");
        }
        panic!("the images cannot be listed")
    }

    fn names(&self, id: &str) -> Option<Vec<String>> {
        self.images().into_iter().find(|image| image.id == id).map(|image| image.names)
    }

    fn has(&self, name: &str) -> bool {
        self.request("GET", &format!("/images/{name}/exists")).0 == 204
    }

    fn is_marked(&self, id: &str) -> bool {
        self.names(id).is_some_and(|names| names.iter().any(|name| name.starts_with(REPOSITORY)))
    }

    /// Removes an image with all its names.
    fn forget(&self, name: &str) {
        self.request("DELETE", &format!("/images/{name}?force=true"));
    }

    /// Pulls as somebody else does.
    fn pulled_by_others(&self, reference: &str) {
        let path = format!("/images/pull?reference={reference}&tlsVerify=false");
        assert_eq!(self.request("POST", &path).0, 200);
    }

    fn until(&self, what: &str, mut is_so: impl FnMut() -> bool) {
        let begun = Instant::now();
        while !is_so() {
            assert!(begun.elapsed() < PATIENCE, "{what}: in vain. There is {:#?}", self.images());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// A plugin with this `gc.image` and `gc.image_delay`.
    fn plugin(&self, image: bool, delay: &str) -> Plugin<'_> {
        let mut plugin = PluginConfig {
            socket_path: format!("unix://{}", self.service.socket().display()),
            ..PluginConfig::default()
        };
        (plugin.gc.image, plugin.gc.image_delay) = (image, delay.to_owned());
        let settings =
            Settings::build(plugin, Sources::default(), Node::default(), &Settings::default()).unwrap();
        let (driver, socket) = (Driver::default(), settings.sockets[0].clone());
        let _context = self.runtime.enter();
        driver.set_settings(settings);
        Plugin { bench: self, _driver: driver, socket }
    }
}

/// Its end is that of its process, as far as its images are concerned: nothing is written at the end.
struct Plugin<'a> {
    bench: &'a Bench<'a>,
    _driver: Driver,
    socket: Arc<Socket>,
}

impl Plugin<'_> {
    /// The image as a start has it, until it is dropped.
    fn image(&self, reference: &str) -> Use {
        self.bench.runtime.block_on(start(&self.socket, reference, PullPolicy::IfMissing))
    }

    fn image_by_force(&self, reference: &str) -> Use {
        self.bench.runtime.block_on(start(&self.socket, reference, PullPolicy::Always))
    }

    /// Waits until images that came before have been decided upon: two in turn, as one look is in the order of IDs.
    fn decided(&self, sentinels: [&str; 2]) {
        for sentinel in sentinels {
            let id = self.image(sentinel).to_string();
            self.bench.until(sentinel, || self.bench.names(&id).is_none());
        }
    }
}

async fn start(socket: &Socket, reference: &str, policy: PullPolicy) -> Use {
    let plan = PullPlan {
        source: ImageSource::Registry(reference.to_owned()),
        policy,
        platform: Platform::default(),
        timeout: PATIENCE,
        activity_timeout: None,
        tls_verify: false,
        login: None,
        auth_file: None,
        helper: None,
        soft_fail: false,
    };
    gc::use_of(socket, &plan, |_| ()).await.unwrap_or_else(|failure| panic!("{reference}: {failure}"))
}

fn what_nobody_uses_goes(bench: &Bench<'_>) {
    let [used, by_tag, second] = ["used", "by-tag", "second"].map(|name| bench.publish(name));
    bench.pulled_by_others(&second);
    let id = bench.request("GET", &format!("/images/{second}/json")).1["Digest"].as_str().unwrap().to_owned();
    let by_digest = format!("{}@{id}", second.strip_suffix(":1").unwrap());
    bench.forget(&second);
    let plugin = bench.plugin(true, "500ms");
    let kept = plugin.image(&used);
    assert!(bench.is_marked(&kept) && bench.has(&used), "{:?}", bench.names(&kept));
    plugin.decided([&by_tag, &by_digest]);
    assert!(bench.has(&used), "it is used");
    let id = kept.to_string();
    drop(kept);
    bench.until("what is not used any more", || bench.names(&id).is_none());
    assert!(bench.has(IMAGE), "it was never ours");
}

fn what_others_have_or_use_stays(bench: &Bench<'_>) {
    let names = ["before", "after", "tagged", "container", "mounted"].map(|name| bench.publish(name));
    let [before, after, tagged, container, mounted] = names.each_ref().map(String::as_str);
    let sentinels = ["one", "two"].map(|name| bench.publish(name));
    let plugin = bench.plugin(true, "500ms");
    bench.pulled_by_others(before);
    let uses = names.each_ref().map(|name| plugin.image(name));
    let ids = uses.each_ref().map(|used| used.to_string());
    assert!(!bench.is_marked(&ids[0]) && ids[1..].iter().all(|id| bench.is_marked(id)));
    bench.pulled_by_others(after);
    assert_eq!(bench.request("POST", &format!("/images/{tagged}/tag?repo=localhost/mine&tag=1")).0, 201);
    let made = bench.service.create(&json!({"image": container, "netns": {"nsmode": "none"}}));
    let volume = json!([{"Source": mounted, "Destination": "/x"}]);
    let mounts = bench.service.create(&json!({
        "image": IMAGE, "command": ["sleep", "1000"], "netns": {"nsmode": "none"}, "image_volumes": volume
    }));
    bench.service.start_container(&mounts);
    drop(uses);
    plugin.decided(sentinels.each_ref().map(String::as_str));
    for (name, id) in names.iter().zip(&ids) {
        assert!(bench.names(id).is_some_and(|names| names.contains(name)), "{name}: {:?}", bench.names(id));
    }
    assert!(!bench.is_marked(&ids[1]), "somebody pulled it: it is theirs for ever");

    // What is not used any more goes, also where the others' use ends last.
    bench.service.remove(&made);
    bench.service.remove(&mounts);
    assert_eq!(bench.request("DELETE", "/images/localhost/mine:1").0, 200);
    for id in &ids[2..] {
        bench.until(id, || bench.names(id).is_none());
    }
    assert!(bench.has(before) && bench.has(after));
    bench.forget(before);
    bench.forget(after);
}

fn marks_outlive_the_plugin(bench: &Bench<'_>) {
    let [left, half, task] = ["left", "half", "task"].map(|name| bench.publish(name));
    let plugin = bench.plugin(true, "10m");
    let ids = [&left, &half, &task].map(|name| plugin.image(name).to_string());
    drop(plugin);
    // A removal that was broken off between the two.
    assert_eq!(
        bench.request("POST", &format!("/images/{}/untag?repo={REGISTRY}/team/half&tag=1", ids[1])).0,
        201
    );
    assert!(ids.iter().all(|id| bench.is_marked(id)));

    let plugin = bench.plugin(true, "500ms");
    // A task that is recovered.
    let recovered = plugin.socket.images.take(&ids[2]);
    for id in &ids[..2] {
        bench.until(id, || bench.names(id).is_none());
    }
    assert!(bench.has(&task));
    drop(recovered);
    bench.until("the recovered task's", || bench.names(&ids[2]).is_none());

    // The start that comes later has it anew.
    let again = plugin.image(&left);
    assert!(bench.has(&left) && bench.is_marked(&again));
    drop(again);
    bench.until("once more", || bench.names(&ids[0]).is_none());
}

fn a_pull_of_our_own_is_nobody_elses(bench: &Bench<'_>) {
    let reference = bench.publish("forced");
    let plugin = bench.plugin(true, "10m");
    let id = plugin.image(&reference).to_string();
    plugin.image_by_force(&reference);
    // An old mark stays where Podman could not say what happened since; then the next pull takes it.
    let marks = || bench.names(&id).unwrap().iter().filter(|name| name.starts_with(REPOSITORY)).count();
    bench.until("there is only the newest mark", || {
        plugin.image_by_force(&reference);
        marks() == 1
    });
    drop(plugin);
    let _plugin = bench.plugin(true, "500ms");
    bench.until("what was pulled by force", || bench.names(&id).is_none());
}

fn nothing_happens_while_it_is_off(bench: &Bench<'_>) {
    let [off, marked, sentinel] = ["off", "marked", "sentinel"].map(|name| bench.publish(name));
    let plugin = bench.plugin(true, "10m");
    let id = plugin.image(&marked).to_string();
    drop(plugin);
    let plugin = bench.plugin(false, "1ms");
    let unmarked = plugin.image(&off).to_string();
    assert!(!bench.is_marked(&unmarked));
    drop(plugin);
    let plugin = bench.plugin(true, "500ms");
    bench.until("what got its mark before", || bench.names(&id).is_none());
    let sentinel = plugin.image(&sentinel).to_string();
    bench.until("a sentinel", || bench.names(&sentinel).is_none());
    assert!(bench.has(&off), "what was pulled without gc is not ours");
    bench.forget(&off);
}

/// Whoever has an image has it, however many removals go on in between.
fn starts_win(bench: &Bench<'_>) {
    let reference = bench.publish("contended");
    let plugin = bench.plugin(true, "0s");
    let mut pulls = 0;
    let mut before = String::new();
    for round in 0..40_u64 {
        let used = plugin.image(&reference);
        let path = format!("/images/{}/json", &*used);
        let (status, _) = bench.request("GET", &path);
        assert_eq!(status, 200, "in round {round}, an image was removed that a start uses");
        let marks: String =
            bench.names(&used).unwrap().into_iter().filter(|name| name.starts_with(REPOSITORY)).collect();
        pulls += usize::from(marks != before);
        before = marks;
        drop(used);
        // At every distance from the removal.
        std::thread::sleep(Duration::from_millis(round * 7));
    }
    assert!(pulls > 1, "nothing was removed meanwhile");
    podman::say(&format!("40 starts met {pulls} pulls"));
    bench.until("the last one", || !bench.has(&reference));
}

#[test]
fn the_path_of_a_socket_is_a_podman() {
    let socket = || Socket::new("a", Path::new("/nowhere/s"), true, Default::default());
    let (one, other) = (socket(), socket());
    let _used = one.images.take("ab");
    assert_eq!(other.images.users("ab"), 1);
}
