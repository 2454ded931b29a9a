//! The examples on real Podmans: each is rendered with the facts of the Podman that shall run it, posted, started, and
//! compared with what `inspect` and the runtime's configuration say. What a spec may ask for at all is
//! `real_podman.rs`'s; that a task's programs run as their authors want needs their images and is nobody's here.

// A test that cannot go on panics; that is its way to fail.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/asked.rs"]
mod asked;
#[path = "support/inspect.rs"]
mod inspect;
#[path = "support/runtime.rs"]
mod runtime;
#[path = "support/podman.rs"]
mod support;

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use asked::differences;
use inspect::Container;
use nomad_driver_podman::render::{Settings, host_facts, specs, translate_file};
use runtime::runtime_differences;
use serde_json::{Value, json};
use support::{IMAGE, Podman, Service, on, say};

/// Examples that these Podmans cannot be asked for, and why.
const LEFT_OUT: [(&str, &str); 4] = [
    (
        "archive",
        "the image's name is known only when an archive is loaded; the spec has the reference as written",
    ),
    ("broken", "it renders nothing, on purpose"),
    ("gpu", "needs a GPU with its CDI description"),
    ("rootless", "is for a Podman of an ordinary user, and these run as root"),
];

/// Groups of other examples that these Podmans refuse; `render` warns of it.
const GROUPS_LEFT_OUT: [(&str, &str, &str); 1] = [(
    "confined",
    "apparmor",
    "this machine has no AppArmor, and where it has there is no profile of this name",
)];

/// How many examples must be proved on each Podman.
const LEAST: usize = 12;

#[test]
fn the_distributions_podman_makes_of_the_examples_what_they_ask_for() {
    on(Podman::Distribution, proves_examples);
}

#[test]
fn the_podman_of_forky_makes_of_the_examples_what_they_ask_for() {
    on(Podman::Forky, proves_examples);
}

/// A task of an example, rendered.
struct Rendered {
    example: String,
    group: String,
    task: String,
    spec: Value,
}

impl Rendered {
    fn complain(&self, when: &str, differences: Vec<String>) -> Vec<String> {
        let name = format!("{}, {}", self.example, self.task);
        differences.into_iter().map(|difference| format!("{name}, {when}: {difference}")).collect()
    }
}

fn proves_examples(service: &Service) {
    prepare_host(service);
    let journal = stand_in_for_journal(service);
    let rendered = render_examples(service);
    provide_images(service, &rendered);

    let (mut wrong, mut proved) = (Vec::new(), BTreeSet::new());
    // Tasks of a group run side by side: one may join what another has.
    for group in rendered.chunk_by(|a, b| (&a.example, &a.group) == (&b.example, &b.group)) {
        let mut ids = Vec::new();
        for task in group {
            let pipe = prepare_task(service, &task.spec);
            wrong.extend(proves_task(service, task, &mut ids));
            drop(pipe);
            proved.insert(task.example.clone());
        }
        if group[0].example == "journald" {
            assert!(is_in_journal(&journal, &["/bin/sh", "CONTAINER_TAG=mosquitto"]));
        }
        ids.iter().rev().for_each(|id| service.remove(id));
    }
    assert!(wrong.is_empty(), "Podman {}: {wrong:#?}", service.version());
    let names: Vec<&str> = proved.iter().map(String::as_str).collect();
    assert!(names.len() >= LEAST, "only {names:?}");
    say(&format!("{} examples on Podman {}: {}", names.len(), service.version(), names.join(" ")));
}

/// Creates and starts a task's container, which stays there, and compares it in both states.
fn proves_task(service: &Service, task: &Rendered, ids: &mut Vec<String>) -> Vec<String> {
    let (status, answer) = service.request("POST", "/containers/create", Some(&task.spec));
    if status != 201 {
        return task.complain("created", vec![format!("{status}: {answer}")]);
    }
    let mut id = answer["Id"].as_str().unwrap().to_owned();
    let created = differences(&task.spec, &Container::from_inspect(&service.inspect(&id)));
    let mut wrong = task.complain("created", created);

    let (spec, lowered) = settable(&task.spec);
    if !lowered.is_empty() {
        let lowered = lowered.join(", ");
        say(&format!(
            "{} starts with lower limits, as this machine can set no higher: {lowered}",
            task.example
        ));
        service.remove(&id);
        id = service.create(&spec);
    }
    ids.push(id.clone());
    let (status, answer) = service.request("POST", &format!("/containers/{id}/start"), None);
    if status != 204 {
        wrong.extend(task.complain("started", vec![format!("{status}: {answer}")]));
        return wrong;
    }
    let running = service.inspect(&id);
    if running["State"]["Running"] != true {
        wrong.extend(task.complain("started", vec![format!("does not run: {}", running["State"])]));
    }
    wrong.extend(task.complain("running", differences(&spec, &Container::from_inspect(&running))));
    wrong.extend(task.complain("running", runtime_differences(&spec, &running)));
    wrong
}

/// Renders all examples that are not left out, as `render --show-secrets --host` would. Every spec is as posted: nothing
/// in it is replaced.
fn render_examples(service: &Service) -> Vec<Rendered> {
    let host = host_facts(&format!("unix://{}", service.socket().display())).unwrap();
    assert_eq!(host.podman_version.to_string(), service.version());
    let mut settings = Settings { host, ..Settings::default() };
    let mut found = Vec::new();
    for (example, path) in examples() {
        settings.variables.clear();
        if example == "registry-auth" {
            settings.variables.push(("registry_password".to_owned(), "a token".to_owned()));
        }
        let translated = translate_file(&path, &settings);
        let problems: Vec<_> = translated.problems().filter(|(_, problem)| problem.is_error()).collect();
        assert!(problems.is_empty(), "{example}: {problems:#?}");
        assert!(!translated.tasks.is_empty(), "{example} has tasks for podman");
        for task in &translated.tasks {
            if GROUPS_LEFT_OUT.iter().any(|(name, group, _)| (*name, *group) == (&example, &task.group)) {
                assert!(!task.diagnostics.is_empty(), "{example}: {} goes without a warning", task.group);
                continue;
            }
            let spec = specs([(&translated, task)], true);
            let (group, task) = (task.group.clone(), task.task.clone());
            found.push(Rendered { example: example.clone(), group, task, spec });
        }
    }
    found
}

/// Names and paths of the examples that are not left out.
fn examples() -> Vec<(String, PathBuf)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if let Some((name, _)) = path.file_name().unwrap().to_str().unwrap().split_once(".nomad.") {
            all.push((name.to_owned(), path.clone()));
        }
    }
    all.sort();
    for (name, why) in LEFT_OUT {
        let before = all.len();
        all.retain(|(example, _)| example != name);
        assert_eq!(all.len() + 1, before, "there is one example {name} to leave out ({why})");
    }
    all
}

/// What whoever runs the jobs has to have on the host, as the examples' comments say.
fn prepare_host(service: &Service) {
    // A network with both kinds of addresses.
    let subnets =
        ["10.89.10.0/24", "10.89.11.0/24", "fd00:89:10::/64"].map(|subnet| json!({"subnet": subnet}));
    let lan = json!({"name": "lan", "driver": "bridge", "ipv6_enabled": true, "subnets": subnets});
    let (status, answer) = service.request("POST", "/networks/create", Some(&lan));
    assert_eq!(status, 200, "making the network lan: {answer}");
    // User namespaces of `auto` come out of the range of a user of this name, who on 5.8.6 has to exist.
    for (file, line) in [
        ("etc/subuid", "containers:200000:131072"),
        ("etc/subgid", "containers:200000:131072"),
        ("etc/passwd", "containers:x:64999:64999::/nonexistent:/usr/sbin/nologin"),
        ("etc/group", "containers:x:64999:"),
    ] {
        let path = service.root().join(file);
        let known = fs::read_to_string(&path).unwrap_or_default();
        fs::write(path, format!("{known}{line}\n")).unwrap();
    }
}

/// Takes what goes to the journal, for want of a systemd. 4.3.1 wants it to be there when a container is created.
fn stand_in_for_journal(service: &Service) -> UnixDatagram {
    let folder = service.root().join("run/systemd/journal");
    fs::create_dir_all(&folder).unwrap();
    let journal = UnixDatagram::bind(folder.join("socket")).unwrap();
    journal.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    journal
}

/// Whether an entry with all these texts comes. On 4.3.1 those about Podman's own events come too.
fn is_in_journal(journal: &UnixDatagram, texts: &[&str]) -> bool {
    let mut entry = [0; 8192];
    while let Ok(length) = journal.recv(&mut entry) {
        let entry = String::from_utf8_lossy(&entry[..length]);
        if texts.iter().all(|text| entry.contains(text)) {
            return true;
        }
    }
    false
}

/// Makes the test image run whatever the tasks want to run, and gives it the names of their images. A program of the
/// images becomes a script that says its name and waits; so does a shell without anything to do, which is the image's
/// own command. What a shell is given it runs.
fn provide_images(service: &Service, rendered: &[Rendered]) {
    // Called by what the tasks' shells are given.
    let mut programs = BTreeSet::from(["ffmpeg", "restic"]);
    let processes = rendered.iter().flat_map(|task| {
        let entrypoint = task.spec["entrypoint"].get(0);
        entrypoint.or_else(|| task.spec["command"].get(0)).and_then(Value::as_str)
    });
    programs.extend(processes.filter(|program| !program.starts_with('/')));
    let script = r#"
        cd /bin
        for name; do
            printf '#!/bin/busybox sh\necho "$0"\nexec /bin/sleep 600\n' >"./$name"
            chmod 755 "./$name"
        done
        rm sh
        printf '#!/bin/busybox sh\n[ $# = 0 ] && echo "$0" && exec /bin/sleep 600\nexec /bin/busybox sh "$@"\n' >./sh
        chmod 755 ./sh"#;
    let mut command = vec!["/bin/busybox", "sh", "-ec", script, "sh"];
    command.extend(programs);
    let id = service.create(&json!({"image": IMAGE, "command": command}));
    service.start_container(&id);
    let (status, code) = service.request("POST", &format!("/containers/{id}/wait"), None);
    assert_eq!((status, &code), (200, &json!(0)), "making the programs");
    let (name, tag) = IMAGE.split_once(':').unwrap();
    let change = "CMD%20%5B%22/bin/sh%22%5D";
    let path = format!("/commit?container={id}&repo={name}&tag={tag}&pause=false&changes={change}");
    let (status, answer) = service.request("POST", &path, None);
    assert!(status == 200 || status == 201, "keeping the programs: {status} {answer}");
    service.remove(&id);
    for reference in rendered.iter().filter_map(|task| task.spec["image"].as_str()).collect::<BTreeSet<_>>() {
        service.provide_image(reference);
    }
}

/// Makes on the host what Nomad makes for a task, and what its volumes name. All of it lies in the service's own root
/// folder, so that the spec's paths stay as they are. The pipe stays open for reading as long as what this returns lives.
fn prepare_task(service: &Service, spec: &Value) -> Option<File> {
    let on_host = |path: &str| service.root().join(path.trim_start_matches('/'));
    for mount in spec["mounts"].as_array().into_iter().flatten().filter(|mount| mount["type"] == "bind") {
        let text = |member: &str| mount[member].as_str().unwrap();
        let source = on_host(text("source"));
        // What has an ending is a file: a template or something of the host.
        if Path::new(text("destination")).extension().is_none() {
            fs::create_dir_all(&source).unwrap();
        } else if !source.exists() {
            fs::create_dir_all(source.parent().unwrap()).unwrap();
            fs::write(&source, "").unwrap();
        }
    }
    // An artifact of `platform`.
    let program = on_host(&format!("{}/run-tests", local_folder(spec)));
    fs::write(&program, "#!/bin/sh\nexec /bin/sleep 600\n").unwrap();
    fs::set_permissions(&program, Permissions::from_mode(0o755)).unwrap();
    if spec["netns"]["nsmode"] == "path" {
        make_network_namespace(service, spec["netns"]["value"].as_str().unwrap());
    }
    let pipe = on_host(spec["log_configuration"]["path"].as_str()?);
    fs::create_dir_all(pipe.parent().unwrap()).unwrap();
    // Tasks of one name in two groups have one allocation here.
    if !pipe.exists() {
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success(), "{}", pipe.display());
    }
    // With both directions opening does not wait for the other side.
    Some(OpenOptions::new().read(true).write(true).open(pipe).unwrap())
}

/// Where the task's own folder lies on the host.
fn local_folder(spec: &Value) -> &str {
    let mounts = spec["mounts"].as_array().unwrap();
    mounts.iter().find(|mount| mount["destination"] == "/local").unwrap()["source"].as_str().unwrap()
}

/// The namespace of a group, which all of its tasks join.
fn make_network_namespace(service: &Service, path: &str) {
    let (folder, name) = path.rsplit_once('/').unwrap();
    assert_eq!(folder, "/var/run/netns");
    if service.root().join("run/netns").join(name).exists() {
        return;
    }
    let process = service.root().parent().unwrap().file_name().unwrap().to_owned();
    let mut command = Command::new("nsenter");
    command.arg("--target").arg(process).args(["--mount", "--net", "ip", "netns", "add", name]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The spec with ulimits that this machine can set, and the names of those that are lowered for it: who lacks
/// CAP_SYS_RESOURCE, as in a container, cannot raise a hard limit. To leave a limit out would not do: next to others that
/// are asked for, 4.3.1 forgets the `default_ulimits` of containers.conf and sets defaults of its own, which are higher.
fn settable(spec: &Value) -> (Value, Vec<String>) {
    let (mut spec, mut lowered) = (spec.clone(), BTreeSet::new());
    for limit in spec["r_limits"].as_array_mut().into_iter().flatten() {
        let name = limit["type"].as_str().unwrap().to_owned();
        let highest = hard_limit(&name);
        for bound in ["soft", "hard"] {
            if limit[bound].as_u64().unwrap() > highest {
                limit[bound] = json!(highest);
                lowered.insert(name.clone());
            }
        }
    }
    (spec, lowered.into_iter().collect())
}

/// This process's own hard limit, in the unit that the system calls take.
fn hard_limit(name: &str) -> u64 {
    let title = match name {
        "core" => "Max core file size",
        "memlock" => "Max locked memory",
        "nofile" => "Max open files",
        "nproc" => "Max processes",
        other => panic!("nobody looks up the limit {other}"),
    };
    let limits = fs::read_to_string("/proc/self/limits").unwrap();
    let line = limits.lines().find_map(|line| line.strip_prefix(title)).unwrap();
    // `unlimited` is no number.
    line.split_whitespace().nth(1).unwrap().parse().unwrap_or(u64::MAX)
}
