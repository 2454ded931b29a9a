//! What is said of the plugin's config, and that every diagnostic of the topics around it is raised by some row.
//! The plugin's log driver and name servers are tested with their rules.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use super::*;
use crate::diagnostic::Id;
use crate::rules::testing::{Row, Setting, row};
use crate::rules::{devices, image, labels, logging, mounts, process, testing};

fn problems(options: &Json) -> Vec<Diagnostic> {
    let setting = Setting::new(&json!({}), &json!({ "plugin": options }));
    check(&setting.plugin, &Sources::default())
}

/// Options of the plugin and what is said of them, as `name at path: message | suggestion`.
fn table() -> Vec<(Json, &'static [&'static str])> {
    let one = |name: &str, address: &str| json!({ "name": name, "socket_path": address });
    let (root, user) = ("unix:///run/podman/podman.sock", "unix:///run/user/1000/podman/podman.sock");
    vec![
        (json!({}), &[]),
        (
            json!({ "socket": [one("", root), one("app", user)], "client_http_timeout": "30s", "networking": { "default_rootless_mode": "pasta" } }),
            &[],
        ),
        (
            json!({ "socket_path": root, "socket": [one("default", root)] }),
            &[
                "sockets_and_socket_path at socket_path: error: can't define socket blocks and socket_path, they're mutually exclusive. | Move `socket_path` into a `socket` block named `default`.",
            ],
        ),
        (
            json!({ "socket": [one("default", root), one("", user)] }),
            &[
                "duplicate_socket_name at socket[1].name: There is already a socket with the name: default. The first one is used. | Give each block a name of its own.",
            ],
        ),
        (
            json!({ "socket": [one("app", root)] }),
            &[
                "no_default_socket at socket: No `socket` block is named `default`, so that tasks without `socket` fail. | Name one of them `default`, or leave its name away.",
            ],
        ),
        (
            json!({ "socket_path": "/run/podman/podman.sock" }),
            &[
                "bad_socket_address at socket_path: invalid socket_path \"/run/podman/podman.sock\": a socket file is written \"unix:///run/podman/podman.sock\"",
            ],
        ),
        (
            json!({ "socket": [one("default", "ssh://host")] }),
            &[
                "bad_socket_address at socket[0].socket_path: invalid socket_path \"ssh://host\": only unix: and http: are supported",
            ],
        ),
        (json!({ "pull_activity_timeout": "2m", "gc": { "image": true, "image_delay": "1h" } }), &[]),
        (
            json!({ "pull_activity_timeout": "2 minutes", "gc": { "image": true, "image_delay": "-1s" } }),
            &[
                "bad_pull_activity_timeout at pull_activity_timeout: failed to parse pull_activity_timeout: time: unknown unit \" minutes\" in duration \"2 minutes\"",
                "bad_image_delay at gc.image_delay: image_delay \"-1s\" is less than zero.",
            ],
        ),
        (json!({ "registry": { "quay.io": {}, "registry.example.com:5000": { "tls_verify": false } } }), &[]),
        (
            json!({ "registry": { "https://quay.io/team": {}, "redis": {}, "index.docker.io": {} } }),
            &[
                "bad_registry_host at registry[\"https://quay.io/team\"]: The label \"https://quay.io/team\" of a `registry` block is no host, so that it fits no image.",
                "bad_registry_host at registry[\"index.docker.io\"]: The label \"index.docker.io\" of a `registry` block is no host, so that it fits no image.",
                "bad_registry_host at registry[\"redis\"]: The label \"redis\" of a `registry` block is no host, so that it fits no image.",
            ],
        ),
        (
            json!({ "client_http_timeout": "30 bananas" }),
            &[
                "bad_http_timeout at client_http_timeout: time: unknown unit \" bananas\" in duration \"30 bananas\"",
            ],
        ),
        (
            json!({ "client_http_timeout": "0s" }),
            &["bad_http_timeout at client_http_timeout: client_http_timeout \"0s\" is not longer than zero."],
        ),
        (
            json!({ "networking": { "default_rootless_mode": "slirp4netn" } }),
            &[
                "bad_rootless_mode at networking.default_rootless_mode: default_rootless_mode \"slirp4netn\" is no mode that a rootless Podman has by itself. | Did you mean `slirp4netns`?",
            ],
        ),
        (
            json!({ "networking": { "default_rootless_mode": "pasta:-T,80" } }),
            &[
                "bad_rootless_mode at networking.default_rootless_mode: default_rootless_mode \"pasta:-T,80\" is no network mode: network \"pasta:-T,80\" not found, verify with: podman network ls. The mode `pasta` takes no options here",
            ],
        ),
        (
            json!({ "volumes": { "selinuxlabel": "shared" } }),
            &[
                "bad_selinuxlabel at volumes.selinuxlabel: selinuxlabel \"shared\" is no label option of a mount, and Podman refuses it.",
            ],
        ),
        (
            json!({ "extra_labels": ["alloc*", "task*", "group_name"] }),
            &[
                "extra_label_matches_nothing at extra_labels[0]: The pattern \"alloc*\" of extra_labels fits none of the words that there are.",
                "extra_label_matches_nothing at extra_labels[2]: The pattern \"group_name\" of extra_labels fits none of the words that there are. | Did you mean `task_group_name`?",
            ],
        ),
        (
            json!({ "recover_stopped": true }),
            &[
                "recover_stopped_risky at recover_stopped: WARNING - use of recover_stopped may cause Nomad agent to not start on system restarts. | Leave it away: Nomad starts the tasks anew.",
            ],
        ),
    ]
}

fn sockets_of_tasks() -> Vec<Row> {
    let app = || json!({ "plugin": { "socket": [{ "name": "app", "socket_path": "unix:///run/a.sock" }] } });
    let single = || json!({ "plugin": { "socket_path": "unix:///run/podman/podman.sock" } });
    vec![
        row("a task finds its socket by name", json!({ "socket": "app" }), app(), json!({}), &[]),
        row(
            "the first socket is not the default one",
            json!({}),
            app(),
            json!({}),
            &[
                "unknown_socket at socket: podman client with name \"default\" not found, check your podman driver config",
            ],
        ),
        row(
            "a single socket is called default",
            json!({ "socket": "other" }),
            single(),
            json!({}),
            &[
                "unknown_socket at socket: podman client with name \"other\" not found, check your podman driver config",
            ],
        ),
        row(
            "the likely name is told",
            json!({ "socket": "apq" }),
            app(),
            json!({}),
            &[
                "unknown_socket at socket: podman client with name \"apq\" not found, check your podman driver config | Did you mean `app`?",
            ],
        ),
        row(
            "a config that names no socket is not held against a task",
            json!({ "socket": "other" }),
            json!({}),
            json!({}),
            &[],
        ),
    ]
}

#[test]
fn what_is_wrong_with_the_plugins_config_is_told() {
    for (options, expected) in table() {
        let said: Vec<String> = problems(&options).iter().map(testing::told).collect();
        assert_eq!(said, expected, "{options}");
    }
}

#[test]
fn a_task_runs_on_a_socket_that_the_plugin_names() {
    testing::check(&sockets_of_tasks());
}

#[test]
fn an_image_waits_three_minutes_unless_it_is_said() {
    let delay = |gc: Json| image_delay(&Setting::new(&json!({}), &json!({ "plugin": { "gc": gc } })).plugin);
    assert_eq!(delay(json!({ "image": true })), Duration::from_secs(180));
    assert_eq!(delay(json!({ "image_delay": "90s" })), Duration::from_secs(90));
    assert_eq!(delay(json!({ "image_delay": "0s" })), Duration::ZERO);
}

/// The ids of images, processes, labels, logging, mounts, devices and the plugin's config. The plugin's name servers
/// are judged by the rule of DNS.
#[test]
fn every_diagnostic_of_these_topics_is_raised() {
    let rows = [
        image::tests::rows(),
        process::tests::rows(),
        labels::tests::rows(),
        logging::tests::rows(),
        mounts::tests::rows(),
        devices::tests::rows(),
        crate::pull::tests::rows(),
        sockets_of_tasks(),
    ]
    .concat();
    let mut raised: BTreeSet<Id> = testing::raised(&rows).into_iter().collect();
    raised.extend(table().iter().flat_map(|(options, _)| problems(options)).map(|problem| problem.id));
    let ours = ids::ALL.iter().filter(|entry| matches!(entry.id.number(), 150..=229 | 350..=369));
    let missing: Vec<&str> = ours
        .filter(|entry| !raised.contains(&entry.id) && entry.id != ids::BAD_PLUGIN_DNS_SERVER)
        .map(|entry| entry.name)
        .collect();
    assert!(missing.is_empty(), "no row raises {missing:?}");
}
