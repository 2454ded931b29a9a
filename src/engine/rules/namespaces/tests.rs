//! What the rules of namespaces do, row by row: options and facts in, members and diagnostics out.

use serde_json::json;

use crate::rules::testing::{Row, check, row};

/// What a task says and gets of its IPC namespace and its cgroup.
pub(crate) fn rows() -> Vec<Row> {
    let mut rows = ipc();
    rows.extend(cgroups());
    rows
}

fn ipc() -> Vec<Row> {
    let mode = |name: &'static str, text: &str, nsmode: &str| {
        row(name, json!({ "ipc_mode": text }), json!({}), json!({ "ipcns": { "nsmode": nsmode } }), &[])
    };
    let joined = |name: &'static str, text: &str, nsmode: &str, value: &str| {
        row(
            name,
            json!({ "ipc_mode": text }),
            json!({}),
            json!({ "ipcns": { "nsmode": nsmode, "value": value } }),
            &[],
        )
    };
    vec![
        mode("the host's namespace is shared", "host", "host"),
        mode("a namespace is private", "private", "private"),
        mode("a namespace can be joined", "shareable", "shareable"),
        mode("a namespace has no /dev/shm", "none", "none"),
        joined("another container's namespace is joined", "container:abc", "container", "abc"),
        joined("a namespace is joined by its path", "ns:/proc/1/ns/ipc", "path", "/proc/1/ns/ipc"),
        joined(
            "another task is joined by its container",
            "task:mps",
            "container",
            "mps-00000000-0000-0000-0000-000000000000",
        ),
        joined(
            "a name that is known only at run time is sent on",
            "container:${meta.db}",
            "container",
            "${meta.db}",
        ),
        row(
            "a mode that is known only at run time is left out",
            json!({ "ipc_mode": "${meta.ipc}" }),
            json!({}),
            json!({}),
            &[],
        ),
        row(
            "another word is refused",
            json!({ "ipc_mode": "shared" }),
            json!({}),
            json!({}),
            &[
                "bad_ipc_mode at ipc_mode: invalid ipc_mode \"shared\": expected one of host, private, shareable, none, container:<id>, ns:<path>, task:<name> | Did you mean `shareable`?",
            ],
        ),
        row(
            "a colon needs something behind it",
            json!({ "ipc_mode": "task:" }),
            json!({}),
            json!({}),
            &[
                "bad_ipc_mode at ipc_mode: invalid ipc_mode \"task:\": expected one of host, private, shareable, none, container:<id>, ns:<path>, task:<name>",
            ],
        ),
        row(
            "the host's kernel parameters cannot be set",
            json!({ "ipc_mode": "host", "sysctl": { "kernel.shmmax": "1", "net.core.somaxconn": "1" } }),
            json!({}),
            json!({ "ipcns": { "nsmode": "host" }, "sysctl": { "kernel.shmmax": "1", "net.core.somaxconn": "1" } }),
            &[
                "sysctl_of_shared_namespace at sysctl.kernel.shmmax: The kernel parameter kernel.shmmax belongs to a namespace that is the host's by ipc_mode.",
            ],
        ),
    ]
}

fn cgroups() -> Vec<Row> {
    vec![
        row(
            "systemd on version 2 puts containers below Nomad's slice, rootless too",
            json!({}),
            json!({ "host": { "rootless": true } }),
            json!({ "netns": { "nsmode": "pasta" }, "resource_limits": { "cpu": null } }),
            &[],
        ),
        row(
            "version 1 does not",
            json!({}),
            json!({ "host": { "cgroup_version": "v1" } }),
            json!({ "cgroup_parent": null }),
            &[],
        ),
        row(
            "cgroupfs does not",
            json!({}),
            json!({ "host": { "cgroup_manager": "cgroupfs" } }),
            json!({ "cgroup_parent": null }),
            &[],
        ),
    ]
}

#[test]
fn ipc_modes_become_namespaces() {
    check(&ipc());
}

#[test]
fn nomads_slice_is_for_systemd_and_version_2() {
    check(&cgroups());
}
