//! Images that are loaded: each format, each member, what is damaged, out of bounds or of another checksum, and files
//! behind addresses. Real Podmans take and refuse them; a stand-in counts what is asked where that is the point.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/archives.rs"]
mod archives;
#[path = "support/http.rs"]
mod http;
#[path = "support/plans.rs"]
mod plans;
#[path = "support/podman.rs"]
mod podman;
#[path = "support/stand_in.rs"]
mod stand_in;
#[path = "support/web.rs"]
mod web;

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use archives::Made;
use nomad_driver_podman::driver::digest::sha256;
use nomad_driver_podman::driver::errors::Failure;
use nomad_driver_podman::driver::image;
use nomad_driver_podman::driver::socket::Socket;
use nomad_driver_podman::podman::{Deadlines, Method};
use podman::{IMAGE, Podman, Service, on};
use podman_driver_engine::config::syntax::image_reference::ArchiveFormat::{
    self, Dir, Docker, Oci, OciLayout,
};
use podman_driver_engine::pull::{ArchiveSource, ImageSource, PullPlan, PullPolicy, SourceLocation};
use stand_in::{Asked, Reply, StandIn};
use web::{Server, Web};

fn socket(path: impl AsRef<Path>) -> Arc<Socket> {
    Arc::new(Socket::new("default", path.as_ref(), true, Deadlines::default()))
}

fn plan(source: ArchiveSource) -> PullPlan {
    plans::plan(ImageSource::Archive(source))
}

fn always(source: ArchiveSource) -> PullPlan {
    PullPlan { policy: PullPolicy::Always, ..plan(source) }
}

fn source(format: ArchiveFormat, location: SourceLocation, written: &str) -> ArchiveSource {
    let reference = format!("{}{written}", format.prefix());
    ArchiveSource { reference, format, location, member: None, checksum: None }
}

/// Below a task's folder.
fn local(folder: &Path, format: ArchiveFormat, path: &str) -> ArchiveSource {
    let folder = folder.to_string_lossy().into_owned();
    source(format, SourceLocation::InTaskFolder { folder, path: path.to_owned() }, path)
}

fn absolute(format: ArchiveFormat, path: &Path) -> ArchiveSource {
    let path = path.to_string_lossy().into_owned();
    source(format, SourceLocation::Absolute(path.clone()), &path)
}

fn remote(format: ArchiveFormat, url: &str) -> ArchiveSource {
    source(format, SourceLocation::Url(url.to_owned()), url)
}

fn member(source: ArchiveSource, member: &str) -> ArchiveSource {
    let reference = format!("{}:{member}", source.reference);
    ArchiveSource { reference, member: Some(member.to_owned()), ..source }
}

fn checked(source: ArchiveSource, file: &[u8]) -> ArchiveSource {
    ArchiveSource { checksum: Some(sha256(file)), ..source }
}

/// The outcome, and what the task's user was told meanwhile.
async fn ensure(socket: &Socket, plan: &PullPlan) -> (Result<String, Failure>, Vec<String>) {
    let told = Mutex::new(Vec::new());
    let outcome = image::ensure(socket, plan, |line| told.lock().unwrap().push(line)).await;
    (outcome, told.into_inner().unwrap())
}

async fn refusal(socket: &Socket, plan: &PullPlan) -> String {
    ensure(socket, plan).await.0.unwrap_err().message().to_owned()
}

fn two() -> [Made; 2] {
    [Made::new("localhost/one:1", "one"), Made::new("localhost/two:1", "two")]
}

// What is asked of Podman and of a server.

const ID: &str = "5b0bcabd1ed22e9fb1310cf6c2dec7cdef19f0ad69efa1f392e94a4333501270";

fn absent() -> Reply {
    Reply::Whole(404, "{\"cause\":\"image not known\",\"message\":\"no such image\"}".to_owned())
}

fn there() -> Reply {
    Reply::Whole(200, format!("{{\"Id\":\"{ID}\"}}"))
}

/// Has what it loaded, by the name `localhost/one:1`, and nothing else.
fn loads(asked: &Asked) -> Reply {
    match asked.line().as_str() {
        "POST /images/load" => Reply::Whole(200, "{\"Names\":[\"localhost/one:1\"]}".to_owned()),
        line if line.ends_with("/tag") => Reply::Whole(201, String::new()),
        "GET /images/localhost/one:1/json" => there(),
        _ => absent(),
    }
}

#[tokio::test]
async fn an_image_that_is_there_by_its_checksum_costs_one_request_and_no_download() {
    let stand_in = StandIn::start(|_| there());
    let server = Server::start(|_, _| Web::Close);
    let source = checked(remote(Docker, &server.url("/a.tar")), b"anything");
    assert_eq!(ensure(&socket(stand_in.socket()), &plan(source.clone())).await, (Ok(ID.to_owned()), vec![]));
    let mark = format!("localhost/nomad-driver-podman/archive:sha256-{}", sha256(b"anything"));
    assert_eq!(stand_in.lines(), [format!("GET /images/{mark}/json")]);
    assert_eq!(server.heads(), Vec::<String>::new());
    // A member of the file is another image.
    let of_member = ArchiveSource { member: Some("a:1".to_owned()), ..source.clone() };
    ensure(&socket(stand_in.socket()), &plan(of_member)).await.0.unwrap();
    let line = &stand_in.lines()[1];
    assert!(line.starts_with(&format!("GET /images/{mark}-")), "{line}");
    // Not even the file has to be there.
    let of_file = ArchiveSource { location: SourceLocation::Absolute("/nowhere".to_owned()), ..source };
    assert_eq!(ensure(&socket(stand_in.socket()), &plan(of_file)).await, (Ok(ID.to_owned()), vec![]));
}

#[tokio::test]
async fn a_file_behind_an_address_goes_to_podman_as_it_is_and_is_named_by_its_checksum() {
    let file = archives::docker_archive(&two());
    let served = file.clone();
    let server = Server::start(move |_, _| Web::File(served.clone()));
    let stand_in = StandIn::start(loads);
    let url = server.url("/a.tar");
    let plan = plan(checked(remote(Docker, &url), &file));
    let (outcome, told) = ensure(&socket(stand_in.socket()), &plan).await;
    assert_eq!(outcome.as_deref(), Ok(ID));
    let [begun, done] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(*begun, format!("Loading image {url}"));
    assert!(done.starts_with(&format!("Loaded image {url} in ")), "{done}");
    let (asked, hex) = (stand_in.asked(), sha256(&file));
    assert_eq!(asked[1].line(), "POST /images/load");
    assert_eq!(asked[1].header("content-type"), Some("application/x-tar"));
    assert_eq!(asked[1].body, file);
    assert!(
        asked[3].path.starts_with(&format!("/images/{ID}/tag?repo=localhost%2Fnomad")),
        "{}",
        asked[3].path
    );
    assert!(asked[3].path.ends_with(&format!("&tag=sha256%2D{hex}")), "{}", asked[3].path);
    assert_eq!(asked.len(), 4);
}

#[tokio::test]
async fn many_tasks_share_a_load_and_another_member_does_not() {
    let (gate, closed) = std::sync::mpsc::channel::<()>();
    let closed = Mutex::new(closed);
    let stand_in = StandIn::start(move |asked| {
        if asked.line() == "POST /images/load" {
            assert!(closed.lock().unwrap().recv().is_err());
        }
        loads(asked)
    });
    let file = archives::docker_archive(&two());
    let served = file.clone();
    let server = Server::start(move |_, _| Web::File(served.clone()));
    let socket = socket(stand_in.socket());
    let told = Arc::new(AtomicUsize::new(0));
    let one = checked(remote(Docker, &server.url("/a.tar")), &file);
    let tasks: Vec<_> = (0..50)
        .map(|index| {
            let plan = plan(if index % 2 == 0 { one.clone() } else { member(one.clone(), "@0") });
            let (socket, told) = (socket.clone(), told.clone());
            tokio::spawn(async move {
                let tell = |line: String| {
                    if line.starts_with("Loading ") {
                        told.fetch_add(1, Ordering::SeqCst);
                    }
                };
                image::ensure(&socket, &plan, tell).await
            })
        })
        .collect();
    while told.load(Ordering::SeqCst) < 50 {
        tokio::task::yield_now().await;
    }
    drop(gate);
    for task in tasks {
        assert_eq!(task.await.unwrap().as_deref(), Ok(ID));
    }
    let loads = stand_in.lines().iter().filter(|line| *line == "POST /images/load").count();
    assert_eq!((loads, server.heads().len()), (2, 2), "one for each member");
}

#[tokio::test]
async fn a_server_that_has_a_bad_moment_is_asked_again() {
    let file = archives::docker_archive(&two());
    let served = file.clone();
    let server = Server::start(move |_, before| match before {
        0 => Web::Status("429 Too Many Requests", "Retry-After: 1\r\n".to_owned()),
        1 => Web::Cut(served.clone(), 3000),
        _ => Web::File(served.clone()),
    });
    let stand_in = StandIn::start(loads);
    let started = Instant::now();
    let (outcome, told) =
        ensure(&socket(stand_in.socket()), &plan(remote(Docker, &server.url("/a.tar")))).await;
    assert_eq!((outcome.as_deref(), told.len()), (Ok(ID), 4));
    assert!(
        told[1].contains(": it failed, and is tried again in ") && told[1].contains(" 429 Too"),
        "{told:?}"
    );
    assert!(told[2].contains(": it failed, and is tried again in "), "{told:?}");
    assert_eq!(server.heads().len(), 3);
    assert!(started.elapsed() >= Duration::from_secs(2), "it pauses");
    // The stand-in keeps whole requests only: the one that broke off is none.
    let whole: Vec<_> = stand_in.asked().into_iter().filter(|asked| asked.method == "POST").collect();
    assert_eq!(whole.iter().map(|asked| asked.body.len()).collect::<Vec<_>>(), [file.len()]);
}

const SECRETS: [&str; 4] = ["hunter2", "t0ken", "user", "fragment"];

#[tokio::test]
async fn what_goes_wrong_with_an_address_is_told_once_without_its_secrets() {
    let stand_in = StandIn::start(loads);
    let gone = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    type Answer = fn(&str) -> Web;
    let cases: [(Answer, &str, usize); 6] = [
        (
            |_| Web::Status("404 Not Found", String::new()),
            "unexpected status 404 Not Found. The server has no",
            1,
        ),
        (
            |_| Web::Status("401 Unauthorized", String::new()),
            "unexpected status 401 Unauthorized. The server",
            1,
        ),
        (
            |_| Web::Status("429 Too Many Requests", "Retry-After: 3600\r\n".to_owned()),
            "unexpected status 429 Too Many Requests. The server limits",
            1,
        ),
        (|_| Web::Status("204 No Content", String::new()), "unexpected status 204 No Content. Only 200", 1),
        (
            |_| Web::Status("302 Found", "Location: /again?t0ken\r\n".to_owned()),
            "stopped after 10 redirects",
            11,
        ),
        (|_| Web::Status("302 Found", "Location: ftp://user@t0ken/\r\n".to_owned()), "", 1),
    ];
    for (answer, expected, requests) in cases {
        let server = Server::start(move |path, _| answer(path));
        let url = server.url_with("user:hunter2@", "/a.tar?key=t0ken#fragment");
        let (outcome, told) = ensure(&socket(stand_in.socket()), &plan(remote(Docker, &url))).await;
        let shown = server.url_with("<redacted>@", "/a.tar?<redacted>");
        let first = format!(
            "failed to create image: docker-archive:{shown}: error while loading image: failed to download image \
             archive {shown}: {expected}"
        );
        let error = outcome.unwrap_err();
        let text = error.message();
        assert!(text.starts_with(&first), "{text}");
        assert_eq!(told, [format!("Loading image {shown}")]);
        assert!(SECRETS.iter().all(|secret| !text.contains(secret)), "{text}");
        assert_eq!(server.heads().len(), requests, "{text}");
        // They reach the server, of course.
        let head = server.heads().remove(0);
        assert!(
            head.contains("GET /a.tar?key=t0ken ") && head.to_lowercase().contains("authorization: basic")
        );
    }
    // Nobody listens; the time is over before the tries are.
    let url = format!("http://user:hunter2@{gone}/a.tar?t0ken");
    let soon = PullPlan { timeout: Duration::from_millis(700), ..plan(remote(Docker, &url)) };
    let text = refusal(&socket(stand_in.socket()), &soon).await;
    assert!(
        text.contains("context deadline exceeded: Podman had not loaded http://<redacted>@127"),
        "{text}"
    );
    assert!(text.contains("connection refused"), "{text}");
    assert!(SECRETS.iter().all(|secret| !text.contains(secret)), "{text}");
    assert!(stand_in.lines().iter().all(|line| line != "POST /images/load"), "Podman was given nothing");
}

#[tokio::test]
async fn a_server_that_says_nothing_is_left_after_the_limit_of_silence() {
    let file = archives::docker_archive(&two());
    let server = Server::start(move |_, _| Web::Stalled(file[..2000].to_vec()));
    let stand_in = StandIn::start(loads);
    let plan = PullPlan {
        activity_timeout: Some(Duration::from_millis(200)),
        timeout: Duration::from_millis(1_000),
        ..plan(remote(Docker, &server.url("/a.tar")))
    };
    let text = refusal(&socket(stand_in.socket()), &plan).await;
    assert!(text.contains("nothing came from the server for 200ms"), "{text}");
    assert!(stand_in.lines().iter().all(|line| line != "POST /images/load"), "no whole body");
}

#[tokio::test]
async fn a_server_with_a_certificate_that_nobody_vouches_for_is_refused_at_once() {
    let key = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let private = rustls::pki_types::PrivateKeyDer::Pkcs8(key.signing_key.serialize_der().into());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![key.cert.der().clone()], private)
        .unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (config, asked) = (Arc::new(config), Arc::new(AtomicUsize::new(0)));
    let counted = asked.clone();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            counted.fetch_add(1, Ordering::SeqCst);
            let mut session = rustls::ServerConnection::new(config.clone()).unwrap();
            // The client goes away in the middle.
            let _ = session.complete_io(&mut stream);
        }
    });
    let stand_in = StandIn::start(loads);
    let url = format!("https://localhost:{port}/a.tar");
    let text = refusal(&socket(stand_in.socket()), &plan(remote(Docker, &url))).await;
    assert!(text.contains("invalid peer certificate: "), "{text}");
    assert!(text.contains(". The server's certificate is not one that this host trusts: "), "{text}");
    assert_eq!(asked.load(Ordering::SeqCst), 1, "it is not tried again");
    assert!(stand_in.lines().iter().all(|line| line != "POST /images/load"));
}

#[tokio::test]
async fn a_file_that_cannot_be_had_is_told_in_the_go_drivers_words() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("image.tar");
    let stand_in = StandIn::start(|_| Reply::Whole(200, "{\"Names\":[]}".to_owned()));
    let socket = socket(stand_in.socket());
    let archive = plan(absolute(Docker, &file));
    let first =
        format!("failed to create image: docker-archive:{0}: error while loading image: ", file.display());

    let missing = refusal(&socket, &archive).await;
    assert_eq!(missing, format!("{first}open {}: no such file or directory", file.display()));
    let is_folder = refusal(&socket, &plan(absolute(Docker, folder.path()))).await;
    assert!(is_folder.contains(": is a directory. A folder is written with oci: or dir:"), "{is_folder}");
    assert_eq!(stand_in.lines(), Vec::<String>::new());

    fs::write(&file, archives::docker_archive(&two())).unwrap();
    let loading = PullPlan { policy: PullPolicy::Always, ..archive };
    let empty = refusal(&socket, &loading).await;
    assert_eq!(empty, format!("{first}unknown error: image load successful but reply empty"));

    let hanging = StandIn::start(|_| Reply::Hang);
    let loading = PullPlan { timeout: Duration::from_millis(200), ..loading };
    let late = refusal(&self::socket(hanging.socket()), &loading).await;
    assert!(late.starts_with(&format!("{first}context deadline exceeded: Podman had not loaded ")), "{late}");
    assert!(late.contains("all 1 MB are sent, and Podman unpacks them"), "{late}");
}

// What real Podmans make of it.

#[test]
fn archives_on_the_distributions_podman() {
    on(Podman::Distribution, archives_on);
}

#[test]
fn archives_on_the_podman_of_forky() {
    on(Podman::Forky, archives_on);
}

fn archives_on(service: &Service) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let place = Proving { task: service.folder().join("task"), socket: socket(service.socket()) };
    fs::create_dir_all(place.task.join("local")).unwrap();
    runtime.block_on(async {
        place.what_podman_saves().await;
        place.what_others_write().await;
        place.members().await;
        place.damage().await;
        place.checksums().await;
        place.ways_out().await;
        place.addresses().await;
    });
}

struct Proving {
    /// A task's folder.
    task: std::path::PathBuf,
    socket: Arc<Socket>,
}

impl Proving {
    fn write(&self, name: &str, file: &[u8]) {
        fs::write(self.task.join(name), file).unwrap();
    }

    /// IDs and names of all images.
    async fn images(&self) -> Vec<String> {
        let listed =
            self.socket.podman.send(Method::GET, "/images/json", None).await.unwrap().json().unwrap();
        let mut images: Vec<_> = listed
            .as_array()
            .into_iter()
            .flatten()
            .map(|image| format!("{} {}", image["Id"].as_str().unwrap(), image["Names"]))
            .collect();
        images.sort();
        images
    }

    async fn remove(&self, id: &str) {
        let path = format!("/images/{id}?force=true");
        self.socket.podman.send(Method::DELETE, &path, None).await.unwrap();
        assert!(self.socket.podman.image(id).await.unwrap().is_none());
    }

    /// Loaded, then found there without being loaded, then loaded by force.
    async fn loads(&self, source: ArchiveSource, id: &str) {
        let what = source.reference.clone();
        let (outcome, told) = ensure(&self.socket, &plan(source.clone())).await;
        assert_eq!((outcome.as_deref(), told.len()), (Ok(id), 2), "{what}");
        assert_eq!(ensure(&self.socket, &plan(source.clone())).await, (Ok(id.to_owned()), vec![]), "{what}");
        let (outcome, told) = ensure(&self.socket, &always(source)).await;
        assert_eq!((outcome.as_deref(), told.len()), (Ok(id), 2), "{what}");
    }

    /// Refused with these words, after which there are the images that there were.
    async fn refuses(&self, source: ArchiveSource, words: &str) {
        let before = self.images().await;
        let what = source.reference.clone();
        let text = refusal(&self.socket, &always(source)).await;
        assert!(text.starts_with("failed to create image: "), "{text}");
        assert!(text.contains(": error while loading image: "), "{text}");
        assert!(text.contains(words), "{what}: {text}");
        assert_eq!(self.images().await, before, "{what}");
    }

    async fn what_podman_saves(&self) {
        let podman = &self.socket.podman;
        let id = podman.image(IMAGE).await.unwrap().unwrap().id;
        let mut sources = Vec::new();
        for (format, saved) in
            [(Docker, "docker-archive"), (Oci, "oci-archive"), (OciLayout, "oci-dir"), (Dir, "docker-dir")]
        {
            let path = format!("/images/{IMAGE}/get?format={saved}");
            let answer = podman.send(Method::GET, &path, None).await.unwrap();
            assert_eq!(answer.status, 200, "{saved}");
            let name = format!("local/{saved}");
            if format.is_file() {
                self.write(&name, &answer.body);
            } else {
                tar::Archive::new(&*answer.body).unpack(self.task.join(&name)).unwrap();
            }
            sources.push(local(&self.task, format, &name));
        }
        for source in sources {
            self.remove(&id).await;
            self.loads(source, &id).await;
        }
        // The last one has no name of its own.
        podman.tag_image(&id, "localhost/busybox", "test").await.unwrap();
    }

    async fn what_others_write(&self) {
        for docker in [true, false] {
            let made = Made::new("localhost/dir:1", &format!("of Docker: {docker}"));
            let name = format!("local/dir-{docker}");
            archives::registry_folder(&self.task.join(&name), &made, docker);
            self.loads(local(&self.task, Dir, &name), &made.id()).await;
            // What is missing in it is named.
            fs::remove_file(self.task.join(&name).join(made.id())).unwrap();
            let words = format!("its file {} cannot be opened: no such file or directory", made.id());
            self.refuses(local(&self.task, Dir, &name), &words).await;
            self.remove(&made.id()).await;
        }
        let layout = local(&self.task, OciLayout, "local/dir-true");
        self.refuses(layout, "it has no index.json").await;
        let dir = local(&self.task, Dir, "local");
        self.refuses(dir, "it has no manifest.json").await;
    }

    async fn members(&self) {
        let images = two();
        let [one, two] = &images;
        self.write("local/d.tar", &archives::docker_archive(&images));
        self.write("local/o.tar", &archives::oci_archive(&images));
        archives::oci_folder(&self.task.join("local/layout"), &images);
        for (format, path) in [(Docker, "local/d.tar"), (Oci, "local/o.tar"), (OciLayout, "local/layout")] {
            let source = local(&self.task, format, path);
            for (wanted, made, other) in
                [("localhost/two:1", two, one), ("@0", one, two), ("localhost/one:1", one, two)]
            {
                self.loads(member(source.clone(), wanted), &made.id()).await;
                let podman = &self.socket.podman;
                assert!(podman.image(&other.id()).await.unwrap().is_none(), "{wanted} alone");
                let named = podman.image(&made.name).await.unwrap().map(|image| image.id);
                assert_eq!(named, Some(made.id()), "{path} {wanted}");
                self.remove(&made.id()).await;
            }
            let absent = format!(
                "cannot load image {path}: it has no image \"localhost/three:1\". It has localhost/one:1, \
                 localhost/two:1"
            );
            self.refuses(member(source.clone(), "localhost/three:1"), &absent).await;
            self.refuses(member(source.clone(), "@2"), "it has no image \"@2\"").await;
            if format == Docker {
                // All are loaded, and the first one is run.
                self.loads(source, &one.id()).await;
                self.remove(&two.id()).await;
                self.remove(&one.id()).await;
            } else {
                let several = "it has several images, and the job says not which. Add one of them after the path: \
                               localhost/one:1, localhost/two:1";
                self.refuses(source, several).await;
            }
        }
        let other = member(local(&self.task, Docker, "local/o.tar"), "localhost/one:1");
        self.refuses(other, "it has no manifest.json, by which a member is chosen").await;
    }

    async fn damage(&self) {
        let made = [Made::new("localhost/whole:1", "whole")];
        for (format, whole) in
            [(Docker, archives::docker_archive(&made)), (Oci, archives::oci_archive(&made))]
        {
            let mut changed = whole.clone();
            // In the layer, whose digest is not right then.
            let place = whole.windows(5).position(|bytes| bytes == b"whole").unwrap();
            changed[place] ^= 1;
            for (name, file, words) in [
                ("empty", Vec::new(), "it is empty"),
                (
                    "text",
                    b"no archive at all".to_vec(),
                    "it is no tar. The file has to be an uncompressed tar",
                ),
                ("gzip", b"\x1f\x8b\x08\0\0\0\0\0\0\x03".to_vec(), "it is compressed with gzip. "),
                ("half", whole[..whole.len() / 2].to_vec(), "it is cut off after "),
                ("zeros", vec![0; 20_480], "it has neither manifest.json nor index.json"),
                ("changed", changed, ""),
            ] {
                let name = format!("local/{name}.tar");
                self.write(&name, &file);
                let words = if words.is_empty() {
                    "cannot load image, status code: 500: ".to_owned()
                } else {
                    format!("cannot load image {name}: {words}")
                };
                self.refuses(local(&self.task, format, &name), &words).await;
            }
        }
        let missing = local(&self.task, Docker, "local/none.tar");
        self.refuses(missing, "open local/none.tar: no such file or directory in the task's folder ").await;
        let reserved = Made::new("localhost/nomad-driver-podman/archive:sha256-0", "reserved");
        self.write("local/reserved.tar", &archives::docker_archive(&[reserved]));
        let reserved = local(&self.task, Docker, "local/reserved.tar");
        self.refuses(reserved, "are the driver's own").await;
    }

    async fn checksums(&self) {
        let made = Made::new("localhost/checked:1", "checked");
        let file = archives::docker_archive(std::slice::from_ref(&made));
        self.write("local/checked.tar", &file);
        let source = local(&self.task, Docker, "local/checked.tar");
        let wrong = checked(source.clone(), b"another file");
        let words = format!(
            "cannot load image local/checked.tar: checksum mismatch: the job's image_checksum is sha256:{}, and the \
             file has sha256:{}. ",
            sha256(b"another file"),
            sha256(&file)
        );
        self.refuses(wrong.clone(), &words).await;
        let right = checked(source.clone(), &file);
        self.loads(right.clone(), &made.id()).await;
        // The image is there, and the file is not the one of the checksum.
        let text = refusal(&self.socket, &plan(wrong)).await;
        assert!(text.contains("checksum mismatch"), "{text}");
        // It is found by its checksum, whatever became of the file.
        fs::remove_file(self.task.join("local/checked.tar")).unwrap();
        assert_eq!(ensure(&self.socket, &plan(right)).await, (Ok(made.id()), vec![]));
        self.remove(&made.id()).await;
    }

    async fn ways_out(&self) {
        let made = Made::new("localhost/outside:1", "outside");
        let outside = self.task.parent().unwrap().join("outside.tar");
        fs::write(&outside, archives::docker_archive(std::slice::from_ref(&made))).unwrap();
        std::os::unix::fs::symlink("../../outside.tar", self.task.join("local/link.tar")).unwrap();
        std::os::unix::fs::symlink(&outside, self.task.join("local/absolute.tar")).unwrap();
        for path in ["../outside.tar", "local/link.tar", "local/absolute.tar"] {
            let words = format!("open {path}: it leads out of the task's folder {}", self.task.display());
            self.refuses(local(&self.task, Docker, path), &words).await;
        }
        let status = std::process::Command::new("mkfifo").arg(self.task.join("local/pipe")).status().unwrap();
        assert!(status.success());
        self.refuses(local(&self.task, Docker, "local/pipe"), "open local/pipe: is no file").await;
        self.refuses(absolute(Docker, Path::new("/dev/zero")), "open /dev/zero: is no file").await;
        // An absolute path is one of the client's.
        self.loads(absolute(Docker, &outside), &made.id()).await;
        self.remove(&made.id()).await;
    }

    async fn addresses(&self) {
        let images = two();
        let [one, two] = &images;
        let docker = archives::docker_archive(std::slice::from_ref(one));
        let (served, whole) = (docker.clone(), archives::oci_archive(&images));
        let server = Server::start(move |path, before| match path {
            "/moved" => Web::Status("302 Found", "Location: /d.tar\r\n".to_owned()),
            "/slow" => Web::Slow(served.clone(), 700, Duration::from_millis(20)),
            "/cut" if before % 2 == 0 => Web::Cut(served.clone(), served.len() - 512),
            "/cut" => Web::File(served.clone()),
            "/page" => Web::File(b"<html>please log in</html>".to_vec()),
            "/o.tar" => Web::File(whole.clone()),
            _ => Web::File(served.clone()),
        });
        for path in ["/d.tar", "/moved", "/slow", "/cut"] {
            // An even number of requests before: what "/cut" counts by.
            let source = remote(Docker, &server.url(path));
            let (outcome, told) = ensure(&self.socket, &plan(source)).await;
            let words = if path == "/cut" { 3 } else { 2 };
            assert_eq!((outcome, told.len()), (Ok(one.id()), words), "{path}");
            self.remove(&one.id()).await;
        }
        let source = member(remote(Oci, &server.url("/o.tar")), "localhost/two:1");
        assert_eq!(ensure(&self.socket, &plan(source.clone())).await.0, Ok(two.id()));
        self.refuses(member(remote(Oci, &server.url("/o.tar")), "none"), "it has no image \"none\"").await;
        self.refuses(remote(Oci, &server.url("/o.tar")), "it has several images").await;
        self.refuses(remote(Docker, &server.url("/page")), "it is no tar, but a web page").await;
        self.refuses(checked(remote(Docker, &server.url("/d.tar")), b""), "checksum mismatch").await;
        self.remove(&two.id()).await;

        let before = server.heads().len();
        let source = checked(remote(Docker, &server.url("/d.tar")), &docker);
        self.loads(source, &one.id()).await;
        assert_eq!(server.heads().len(), before + 2, "once, and once by force");
        self.remove(&one.id()).await;
    }
}
