//! Specs that a real Podman takes, and what it makes of them. Each is posted to the distribution's Podman and to the
//! one of Debian forky; `inspect` then has to say what was asked.

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
use std::fs;
use std::path::{Path, PathBuf};

use asked::differences;
use inspect::Container;
use runtime::runtime_differences;
use serde_json::{Value, json};
use support::{IMAGE, Podman, Service, on};

#[test]
fn the_distributions_podman_makes_what_was_asked() {
    on(Podman::Distribution, makes_what_was_asked);
}

#[test]
fn the_podman_of_forky_makes_what_was_asked() {
    on(Podman::Forky, makes_what_was_asked);
}

#[test]
fn the_podman_of_trixie_makes_what_was_asked() {
    on(Podman::Trixie, makes_what_was_asked);
}

#[test]
fn what_a_test_leaves_running_ends_with_its_service() {
    for podman in [Podman::Distribution, Podman::Forky] {
        let (mut processes, mut folder) = (Vec::new(), PathBuf::new());
        on(podman, |service| {
            let id = service.create(&json!({"image": IMAGE, "command": ["sleep", "600"]}));
            service.start_container(&id);
            let state = &service.inspect(&id)["State"];
            processes = ["Pid", "ConmonPid"].map(|name| state[name].as_u64().unwrap()).to_vec();
            folder = service.folder().to_owned();
            assert!(processes.iter().all(|process| is_alive(*process)), "{state}");
        });
        assert!(!processes.iter().any(|process| is_alive(*process)), "{podman}: {processes:?}");
        assert!(!folder.exists() || folder.as_os_str().is_empty(), "{podman}: {}", folder.display());
    }
}

/// Whether a process still runs. One that waits for its parent to notice its end does not.
fn is_alive(process: u64) -> bool {
    let state = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    state.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with(['Z', 'X']))
}

/// Members of the specs here that no `inspect` shows.
const NOT_NOTICED: [&str; 7] =
    ["idmappings", "mask", "procfs_opts", "seccomp_profile_path", "selinux_opts", "sysctl", "unmask"];

#[test]
fn what_was_asked_and_not_made_is_noticed() {
    on(Podman::Forky, |service| {
        let least = json!({"image": IMAGE, "command": ["sleep", "600"]});
        let id = service.create(&least);
        service.start_container(&id);
        let inspect = service.inspect(&id);
        let container = Container::from_inspect(&inspect);
        let (mut asked, mut noticed, mut told) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for (_, spec) in specs(service.folder()) {
            for (member, value) in spec.as_object().unwrap() {
                let mut altered = least.clone();
                altered[member] = value.clone();
                asked.insert(member.clone());
                if !differences(&altered, &container).is_empty() {
                    noticed.insert(member.clone());
                }
                if !runtime_differences(&altered, &inspect).is_empty() {
                    told.insert(member.clone());
                }
            }
        }
        let unnoticed: Vec<_> = asked.difference(&noticed).collect();
        assert_eq!(unnoticed, NOT_NOTICED);
        let unnoticed: Vec<_> = unnoticed.into_iter().filter(|member| !told.contains(*member)).collect();
        assert_eq!(unnoticed, ["idmappings", "selinux_opts"], "see asked.rs");
        let unknown =
            differences(&json!({"image": IMAGE, "command": ["sleep", "600"], "pod": "x"}), &container);
        assert_eq!(unknown, [r#"pod: nothing compares it ("x")"#]);
    });
}

fn makes_what_was_asked(service: &Service) {
    service.create_network("backend", "10.99.0.0/24");
    service.provide_image("docker.io/library/redis:7");
    fs::create_dir_all(service.folder().join("data")).unwrap();
    fs::create_dir_all(service.root().join("srv/nomad-driver-podman-www")).unwrap();
    assert!(
        !Path::new("/srv/nomad-driver-podman-www").exists(),
        "what a test makes in a service's root is not on the machine"
    );

    let mut wrong = Vec::new();
    for (name, spec) in specs(service.folder()) {
        let id = service.create(&spec);
        let created = service.inspect(&id);
        wrong.extend(complaints(name, "created", &spec, &created));
        service.start_container(&id);
        let running = service.inspect(&id);
        assert_eq!(running["State"]["Running"], true, "{name}: {}", running["State"]);
        wrong.extend(complaints(name, "running", &spec, &running));
        wrong.extend(runtime_differences(&spec, &running).into_iter().map(|what| format!("{name}: {what}")));
        service.remove(&id);
        assert_eq!(
            service.request("GET", &format!("/containers/{id}/json"), None).0,
            404,
            "{name} is removed"
        );
    }
    assert!(wrong.is_empty(), "Podman {}: {wrong:#?}", service.version());
}

fn complaints(name: &str, when: &str, spec: &Value, inspect: &Value) -> Vec<String> {
    let found = differences(spec, &Container::from_inspect(inspect));
    found.into_iter().map(|difference| format!("{name}, when {when}: {difference}")).collect()
}

fn specs(folder: &Path) -> Vec<(&'static str, Value)> {
    let sleep = json!(["sleep", "600"]);
    vec![
        ("the least", json!({"image": IMAGE, "command": sleep})),
        (
            "process",
            json!({
                "image": "docker.io/library/redis:7", "name": "cache", "entrypoint": ["/bin/sh", "-c"],
                "command": ["trap : TERM; while sleep 1; do :; done", "a b"], "user": "1000:1000", "groups": ["5"],
                "work_dir": "/tmp", "hostname": "cache-1", "terminal": true, "init": true, "stop_signal": 10,
                "stop_timeout": 7, "umask": "0027", "timezone": "UTC",
                "env": {"A": "x=y", "EMPTY": "", "HOME": "/home/me"}, "labels": {"com.example/owner": "a b"},
                "annotations": {"note": "1", "io.podman.annotations.seccomp": "unconfined"},
                "log_configuration": {"driver": "k8s-file", "path": folder.join("cache.log"), "size": 1_000_000},
            }),
        ),
        ("one word", json!({"image": IMAGE, "entrypoint": ["yes"]})),
        (
            "mounts",
            json!({
                "image": IMAGE, "command": sleep,
                "mounts": [
                    {"destination": "/data", "type": "bind", "source": folder.join("data"), "options": ["rbind", "ro"]},
                    {"destination": "/www", "type": "bind", "source": "/srv/nomad-driver-podman-www", "options": ["rslave", "noexec"]},
                    {"destination": "/scratch", "type": "tmpfs", "source": "tmpfs", "options": ["size=10m", "mode=1777"]},
                    {"destination": "/fixed", "type": "tmpfs", "source": "tmpfs", "options": ["ro"]},
                ],
                "volumes": [{"Name": "store", "Dest": "/store", "Options": ["ro"]}],
                "devices": [{"path": "/dev/null:/dev/nothing:rw"}, {"path": "/dev/zero"}],
            }),
        ),
        (
            "limits",
            json!({
                "image": IMAGE, "command": sleep, "shm_size": 1_048_576, "oom_score_adj": 100,
                "resource_limits": {
                    "memory": {"limit": 67_108_864, "reservation": 33_554_432, "swap": 134_217_728, "swappiness": 10},
                    "cpu": {"shares": 500, "quota": 50_000, "period": 100_000, "cpus": "0"},
                    "pids": {"limit": 50},
                },
                "r_limits": [
                    {"type": "nofile", "soft": 1000, "hard": 2000}, {"type": "nproc", "soft": 500, "hard": 600},
                    {"type": "core", "soft": 0, "hard": u64::MAX},
                ],
            }),
        ),
        (
            "memory and nothing more",
            json!({"image": IMAGE, "command": sleep, "resource_limits": {"memory": {"limit": 67_108_864}}}),
        ),
        (
            "security",
            json!({
                "image": IMAGE, "command": sleep, "cap_add": ["net_admin", "CAP_SYS_TIME"], "cap_drop": ["ALL"],
                "no_new_privileges": true, "read_only_filesystem": true, "seccomp_profile_path": "unconfined",
                "annotations": {"io.podman.annotations.seccomp": "unconfined"}, "selinux_opts": ["disable"],
                "mask": ["/proc/meminfo"], "unmask": ["/sys/firmware"], "procfs_opts": ["hidepid=2"],
            }),
        ),
        ("privileged", json!({"image": IMAGE, "command": sleep, "privileged": true, "cap_drop": ["MKNOD"]})),
        (
            "ports",
            json!({
                "image": IMAGE, "command": sleep, "netns": {"nsmode": "bridge"},
                "portmappings": [
                    {"host_ip": "127.0.0.1", "host_port": 20_000, "container_port": 80, "protocol": "tcp"},
                    {"host_port": 20_053, "container_port": 53, "protocol": "tcp,udp"},
                    {"host_ip": "0.0.0.0", "host_port": 9000, "container_port": 9000, "range": 3},
                ],
                "dns_server": ["1.1.1.1"], "dns_search": ["example.org"], "dns_option": ["ndots:2"],
                "hostadd": ["db:10.0.0.9", "v6:::1"], "sysctl": {"net.core.somaxconn": "100"},
            }),
        ),
        (
            "static address",
            json!({
                "image": IMAGE, "command": sleep, "netns": {"nsmode": "bridge"},
                "Networks": {"backend": {"static_ips": ["10.99.0.50"], "static_mac": "92:d0:c6:0a:29:33"}},
            }),
        ),
        (
            "the host's namespaces",
            json!({
                "image": IMAGE, "command": sleep, "netns": {"nsmode": "host"}, "pidns": {"nsmode": "host"},
                "ipcns": {"nsmode": "host"}, "utsns": {"nsmode": "host"}, "userns": {"nsmode": "host"},
                "cgroupns": {"nsmode": "host"},
            }),
        ),
        (
            "a user namespace",
            json!({
                "image": IMAGE, "command": sleep, "userns": {"nsmode": "private"},
                "idmappings": {
                    "UIDMap": [{"container_id": 0, "host_id": 100_000, "size": 1000}],
                    "GIDMap": [{"container_id": 0, "host_id": 100_000, "size": 1000}],
                },
            }),
        ),
        (
            "namespaces of its own",
            json!({
                "image": IMAGE, "command": sleep, "netns": {"nsmode": "none"}, "pidns": {"nsmode": "private"},
                "ipcns": {"nsmode": "private"}, "utsns": {"nsmode": "private"}, "cgroupns": {"nsmode": "private"},
            }),
        ),
    ]
}
