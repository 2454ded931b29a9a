//! Real Podmans for tests: a service of the test's own, which shares nothing with a Podman of the machine and leaves
//! nothing behind. `.ci/podman-service` starts it and cleans up after it, also when the test is killed.
//! How a container's `inspect` compares with what was asked is `inspect.rs`'s.

// Each test crate that takes this module in uses a part of it.
#![allow(dead_code)]

use std::fmt;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nomad_driver_podman::podman::{Client, Deadlines, Method};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

/// The image that every service has in its storage: a static busybox, `PATH=/bin`, `CMD ["/bin/sh"]`.
pub const IMAGE: &str = "localhost/busybox:test";

/// Names Podmans that a developer's machine cannot have, separated by commas. Without it a missing one is a failure.
const WITHOUT: &str = "PODMAN_TEST_WITHOUT";

/// How long a service may take to start, and to clean up. It needs one to three seconds.
const PATIENCE: Duration = Duration::from_secs(60);

/// Which Podman.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Podman {
    /// The one that is installed on the machine: 4.3.1 on Debian 12.
    Distribution,
    /// The one of Debian forky, in the root folder that `.ci/podman-root` makes: 5.8.6 or later.
    Forky,
    /// The one of Debian trixie, in another such folder: 5.4.2.
    Trixie,
}

impl fmt::Display for Podman {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Podman::Distribution => "distribution",
            Podman::Forky => "forky",
            Podman::Trixie => "trixie",
        })
    }
}

/// Runs `test` against one Podman and says which version it proved. Write one `#[test]` for each Podman.
pub fn on(podman: Podman, test: impl FnOnce(&Service)) {
    beside(podman, None, test);
}

/// The same with the rootless Podman of an ordinary user beside it: see [`Service::users_socket`].
pub fn beside(podman: Podman, user: Option<&str>, test: impl FnOnce(&Service)) {
    let left_out = std::env::var(WITHOUT).unwrap_or_default();
    if left_out.split(',').any(|name| name == podman.to_string()) {
        say(&format!("proves nothing about {podman}: {WITHOUT}={left_out}"));
        return;
    }
    let started = Instant::now();
    let service = Service::start_beside(podman, user);
    let ready = started.elapsed();
    test(&service);
    let (version, elapsed) = (&service.version, started.elapsed());
    say(&format!("proved on Podman {version} ({podman}): ready after {ready:.1?}, done after {elapsed:.1?}"));
}

/// Writes past the test runner, which shows what a passing test prints only on demand.
pub fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// A Podman service. It ends, with everything that it ran, when this value is dropped.
pub struct Service {
    podman: Podman,
    user: Option<String>,
    version: String,
    runner: Child,
    client: Client,
    runtime: Runtime,
    // Dropped last: the others still use what lies in it.
    folder: TempDir,
}

impl Service {
    /// Starts a service and waits until it answers.
    ///
    /// Panics, with the service's own words, if there is no such Podman or it does not start.
    pub fn start(podman: Podman) -> Self {
        Self::start_beside(podman, None)
    }

    /// The same with the rootless one of a user that it makes. Only the rootful one is waited for.
    pub fn start_beside(podman: Podman, user: Option<&str>) -> Self {
        let folder = TempDir::with_prefix("podman-").expect("a temporary folder");
        let log = File::create(folder.path().join("service.log")).expect("a log file");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/podman-service");
        let mut command = Command::new(&script);
        command.arg(podman.to_string()).arg(folder.path()).args(user);
        command.stdin(Stdio::piped()).stdout(log.try_clone().expect("a second handle")).stderr(log);
        // A group of its own: a Ctrl-C ends the test, and the script then cleans up undisturbed.
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let runner = command.spawn().unwrap_or_else(|error| panic!("{}: {error}", script.display()));

        let deadlines = Deadlines { total: Some(Duration::from_secs(60)), ..Deadlines::default() };
        let client = Client::new(folder.path().join("podman.sock"), deadlines);
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let user = user.map(str::to_owned);
        let mut service = Self { podman, user, version: String::new(), runner, client, runtime, folder };
        service.version = service.wait_until_ready();
        service
    }

    /// Which Podman this is.
    pub fn podman(&self) -> Podman {
        self.podman
    }

    /// Its version, such as `4.3.1`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The version's parts, for comparing: `(4, 3, 1)`.
    pub fn version_parts(&self) -> (u32, u32, u32) {
        let number = |part: Option<&str>| {
            let digits: String = part.unwrap_or("0").chars().take_while(char::is_ascii_digit).collect();
            digits.parse().unwrap_or(0)
        };
        let mut parts = self.version.split('.');
        (number(parts.next()), number(parts.next()), number(parts.next()))
    }

    /// The socket that the service listens on.
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("podman.sock")
    }

    /// The socket of the rootless Podman beside it, and its user.
    pub fn users_socket(&self) -> Option<(&str, PathBuf)> {
        let user = self.user.as_deref()?;
        Some((user, self.folder.path().join(user).join("podman.sock")))
    }

    /// A folder that the service sees under the same path: what a container mounts has to lie here.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The service's root folder, seen from outside. It is a layer in memory over the machine's (or the Debian root
    /// folder's) own: a test may make `/srv/www` in it without touching the machine.
    pub fn root(&self) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root", self.runner.id()))
    }

    /// A process in the service's namespaces, which lives as long as they do: `nsenter --target` takes it.
    pub fn process(&self) -> u32 {
        self.runner.id()
    }

    /// Ends the REST service and waits until nobody answers; containers and their `conmon` go on.
    pub fn stop_answering(&self) {
        self.tell("stop");
        assert!(within(PATIENCE, || self.runtime.block_on(self.client.ping()).is_err()), "{}", self.log());
    }

    /// Starts the REST service again after [`Service::stop_answering`], and waits until it answers.
    pub fn answer_again(&self) {
        self.tell("start");
        assert!(within(PATIENCE, || self.runtime.block_on(self.client.ping()).is_ok()), "{}", self.log());
    }

    fn tell(&self, what: &str) {
        let mut input = self.runner.stdin.as_ref().expect("the service's standard input");
        writeln!(input, "{what}").unwrap_or_else(|error| panic!("{what}: {error}\n{}", self.log()));
    }

    /// Sends a request; `path` stands below `/v4.0.0/libpod`. The answer is null where it is not JSON.
    pub fn request(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let method = Method::from_bytes(method.as_bytes()).expect("a method of HTTP");
        let answer = self.runtime.block_on(self.client.send(method, path, body));
        let answer = answer.unwrap_or_else(|error| panic!("{path}: {error}\n{}", self.log()));
        (answer.status, answer.json().unwrap_or(Value::Null))
    }

    /// Gives the test image a second name, so that a spec with that image can be created without a registry.
    /// A name without registry, tag or digest is what Podman makes of it: `redis` is `docker.io/library/redis:latest`.
    pub fn provide_image(&self, reference: &str) {
        let (name, tag) = match reference.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, tag),
            _ => (reference, "latest"),
        };
        let (status, answer) =
            self.request("POST", &format!("/images/{IMAGE}/tag?repo={name}&tag={tag}"), None);
        assert_eq!(status, 201, "tagging the test image as {reference}: {answer}");
    }

    /// Creates a container from a spec and gives its ID. Panics with Podman's cause if it refuses.
    pub fn create(&self, spec: &Value) -> String {
        let (status, answer) = self.request("POST", "/containers/create", Some(spec));
        assert_eq!(status, 201, "Podman {} refuses {spec}: {answer}", self.version);
        answer["Id"].as_str().expect("an ID").to_owned()
    }

    /// Starts a container. Panics with Podman's cause if it does not start.
    pub fn start_container(&self, id: &str) {
        let (status, answer) = self.request("POST", &format!("/containers/{id}/start"), None);
        assert_eq!(status, 204, "Podman {} does not start it: {answer}", self.version);
    }

    /// What Podman says of a container.
    pub fn inspect(&self, id: &str) -> Value {
        let (status, answer) = self.request("GET", &format!("/containers/{id}/json"), None);
        assert_eq!(status, 200, "inspecting {id}: {answer}");
        answer
    }

    /// Removes a container, running or not, with its anonymous volumes. 4.3.1 refused that once in some twenty runs, for
    /// a reason that nobody has seen yet: so it is asked a second time, and the words of the first are printed.
    pub fn remove(&self, id: &str) {
        let path = format!("/containers/{id}?force=true&volumes=true&timeout=0");
        let mut answer = self.request("DELETE", &path, None);
        if !matches!(answer.0, 200 | 204) {
            say(&format!("Podman {} at first does not remove {id}: {} {}", self.version, answer.0, answer.1));
            thread::sleep(Duration::from_secs(1));
            answer = self.request("DELETE", &path, None);
            // The first request may have got that far.
            assert!(matches!(answer.0, 200 | 204 | 404), "removing {id}: {} {}", answer.0, answer.1);
        }
    }

    /// Makes a network for containers to join.
    pub fn create_network(&self, name: &str, subnet: &str) {
        let network = json!({"name": name, "driver": "bridge", "subnets": [{"subnet": subnet}]});
        let (status, answer) = self.request("POST", "/networks/create", Some(&network));
        assert_eq!(status, 200, "making the network {name}: {answer}");
    }

    fn wait_until_ready(&mut self) -> String {
        let started = Instant::now();
        loop {
            let failure = match self.runtime.block_on(self.client.ping()) {
                Ok(version) => return version,
                Err(failure) => failure,
            };
            if let Some(status) = self.runner.try_wait().expect("the state of our child") {
                panic!("the {} Podman does not start ({status}):\n{}", self.podman, self.log());
            }
            assert!(started.elapsed() < PATIENCE, "{failure}\n{}", self.log());
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("service.log")).unwrap_or_default()
    }

    /// Lets the script clean up, and insists if it does not. Gives what it left, for the test to complain about.
    fn end(&mut self) -> Vec<String> {
        drop(self.runner.stdin.take());
        if !within(PATIENCE, || matches!(self.runner.try_wait(), Ok(Some(_)))) {
            // The group is the script and what it started; no other process is in it.
            let group = format!("-{}", self.runner.id());
            let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
            let _ = self.runner.wait();
            return vec![format!(
                "the service did not end within {PATIENCE:?} and was killed:\n{}",
                self.log()
            )];
        }
        // A container's conmon has its own cleaning up to finish after the container is removed.
        within(PATIENCE, || leftovers(self.folder.path()).is_empty());
        leftovers(self.folder.path())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let left = self.end();
        if left.is_empty() || thread::panicking() {
            left.iter().for_each(|what| eprintln!("left behind: {what}"));
        } else {
            panic!("the {} Podman left something behind: {left:#?}", self.podman);
        }
    }
}

/// Waits until something is so, but not for ever.
pub fn within(limit: Duration, mut is_so: impl FnMut() -> bool) -> bool {
    let started = Instant::now();
    loop {
        if is_so() {
            return true;
        }
        if started.elapsed() > limit {
            return false;
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// The processes that name `folder` in their command line (`conmon` does), and what is mounted in it.
fn leftovers(folder: &Path) -> Vec<String> {
    let folder = folder.to_string_lossy();
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten().filter_map(|entry| {
        let command = fs::read(entry.path().join("cmdline")).ok()?;
        let command = String::from_utf8_lossy(&command).replace('\0', " ");
        command.contains(&*folder).then(|| format!("process {}: {command}", entry.file_name().display()))
    });
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let mounts = mounts.lines().filter(|line| line.contains(&*folder)).map(|line| format!("mount {line}"));
    processes.chain(mounts).collect()
}
