//! What the rules of memory do, row by row: options and facts in, members and diagnostics out.

use serde_json::json;

use crate::rules::testing::{Row, check, row};

const MB: i64 = 1024 * 1024;

/// What a task says and gets of memory; 256 MiB are reserved with Nomad where nothing else is said.
pub(crate) fn rows() -> Vec<Row> {
    let mut rows = limits();
    rows.extend(swap());
    rows.extend(shared_memory());
    rows.extend(rootless());
    rows
}

fn memory(members: serde_json::Value) -> serde_json::Value {
    json!({ "resource_limits": { "memory": members } })
}

fn limits() -> Vec<Row> {
    vec![
        row(
            "memory is the limit",
            json!({}),
            json!({ "nomad": { "memory_mb": 64 } }),
            memory(json!({ "limit": 64 * MB })),
            &[],
        ),
        row(
            "memory_max is the limit, and memory the reservation",
            json!({}),
            json!({ "nomad": { "memory_max_mb": 512 } }),
            memory(json!({ "limit": 512 * MB, "reservation": 256 * MB })),
            &[],
        ),
        row(
            "memory_max of -1 is no limit",
            json!({}),
            json!({ "nomad": { "memory_max_mb": -1 } }),
            memory(json!({ "limit": null, "reservation": 256 * MB })),
            &[],
        ),
        row(
            "no memory at all is no limit",
            json!({}),
            json!({ "nomad": { "memory_mb": 0 } }),
            memory(json!(null)),
            &[],
        ),
        row(
            "a number beyond all memory does not overflow",
            json!({}),
            json!({ "nomad": { "memory_mb": i64::MAX } }),
            memory(json!({ "limit": i64::MAX })),
            &[],
        ),
        row(
            "a reservation is kept",
            json!({ "memory_reservation": "100m" }),
            json!({}),
            memory(json!({ "reservation": 100 * MB })),
            &[],
        ),
        row(
            "a reservation above the limit is sent and told",
            json!({ "memory_reservation": "1g" }),
            json!({}),
            memory(json!({ "reservation": 1024 * MB })),
            &[
                "reservation_above_limit at memory_reservation: memory_reservation is 1g, more than the memory limit of 256m. | Lower it, or raise `memory` in the task's `resources`.",
            ],
        ),
        row(
            "a reservation above memory is lowered with memory_max",
            json!({ "memory_reservation": "300m" }),
            json!({ "nomad": { "memory_max_mb": 512 } }),
            memory(json!({ "limit": 512 * MB, "reservation": 256 * MB })),
            &[
                "reservation_lowered at memory_reservation: memory_reservation is 300m, more than the task's memory, and lowered to 256m. | Leave it away, which means the same.",
            ],
        ),
        row(
            "a reservation below memory stays with memory_max",
            json!({ "memory_reservation": "100m" }),
            json!({ "nomad": { "memory_max_mb": 512 } }),
            memory(json!({ "limit": 512 * MB, "reservation": 100 * MB })),
            &[],
        ),
        row(
            "a malformed reservation is refused in the Go driver's words",
            json!({ "memory_reservation": "lots" }),
            json!({}),
            json!({}),
            &["bad_size at memory_reservation: strconv.Atoi: parsing \"lot\": invalid syntax"],
        ),
        row(
            "a unit from elsewhere gets the right one suggested",
            json!({ "memory_reservation": "512 MiB" }),
            json!({}),
            json!({}),
            &[
                "bad_size at memory_reservation: strconv.Atoi: parsing \"512 Mi\": invalid syntax | Write \"512m\".",
            ],
        ),
        row(
            "a negative reservation is refused",
            json!({ "memory_reservation": "-5m" }),
            json!({}),
            json!({}),
            &[
                "size_out_of_range at memory_reservation: Invalid memory string: -5m. A size cannot be negative",
            ],
        ),
        row(
            "a reservation without limit is refused",
            json!({ "memory_reservation": "-1" }),
            json!({}),
            json!({}),
            &[
                "size_out_of_range at memory_reservation: Invalid memory string: -1. Only memory_swap knows \"no limit\"",
            ],
        ),
        row(
            "a reservation that is known only at run time is not judged",
            json!({ "memory_reservation": "${meta.mem}" }),
            json!({}),
            json!({}),
            &[],
        ),
    ]
}

fn swap() -> Vec<Row> {
    let v1 = || json!({ "host": { "cgroup_version": "v1", "podman_version": "5.4.2" } });
    vec![
        row(
            "swap counts memory too",
            json!({ "memory_swap": "512m" }),
            json!({}),
            memory(json!({ "swap": 512 * MB })),
            &[],
        ),
        row(
            "swap without unit counts bytes",
            json!({ "memory_swap": "536870912" }),
            json!({}),
            memory(json!({ "swap": 512 * MB })),
            &[],
        ),
        row(
            "swap knows terabytes",
            json!({ "memory_swap": "1T" }),
            json!({}),
            memory(json!({ "swap": 1024 * 1024 * MB })),
            &[],
        ),
        row(
            "swap of -1 is no limit",
            json!({ "memory_swap": "-1" }),
            json!({ "nomad": { "memory_max_mb": -1 } }),
            memory(json!({ "limit": null, "reservation": 256 * MB, "swap": -1 })),
            &[],
        ),
        row(
            "swap below the limit is refused",
            json!({ "memory_swap": "128m" }),
            json!({}),
            memory(json!({ "swap": 128 * MB })),
            &[
                "swap_below_memory at memory_swap: memory_swap is 128m, less than the task's memory of 256m. | For no swap at all, write \"256m\".",
            ],
        ),
        row(
            "swap without a memory limit is told",
            json!({ "memory_swap": "2g" }),
            json!({ "nomad": { "memory_max_mb": -1 } }),
            memory(json!({ "limit": null, "reservation": 256 * MB, "swap": 2048 * MB })),
            &[
                "swap_without_limit at memory_swap: memory_swap is given, and the task has no memory limit. | Give `memory_max` a number, or leave it away.",
            ],
        ),
        row(
            "too much swap is refused",
            json!({ "memory_swap": "9999999999g" }),
            json!({}),
            json!({}),
            &[
                "size_out_of_range at memory_swap: Invalid memory string: 9999999999g. It is more than 9223372036854775807 bytes",
            ],
        ),
        row(
            "swappiness is for cgroup version 1",
            json!({ "memory_swappiness": 60 }),
            v1(),
            json!({ "cgroup_parent": null, "resource_limits": { "memory": { "swappiness": 60 } } }),
            &[],
        ),
        row("unset swappiness is not sent", json!({}), v1(), json!({ "cgroup_parent": null }), &[]),
        row(
            "swappiness of 0 is sent",
            json!({ "memory_swappiness": 0 }),
            v1(),
            json!({ "cgroup_parent": null, "resource_limits": { "memory": { "swappiness": 0 } } }),
            &[],
        ),
        row(
            "swappiness on cgroup version 2 is told and left out",
            json!({ "memory_swappiness": 60 }),
            json!({}),
            json!({}),
            &[
                "swappiness_without_effect at memory_swappiness: memory_swappiness has no effect on a host with cgroup version 2. | To keep the task out of swap, set `memory_swap` to the size of its memory.",
            ],
        ),
        row(
            "swappiness above 100 is refused",
            json!({ "memory_swappiness": 250 }),
            v1(),
            json!({ "cgroup_parent": null }),
            &[
                "bad_swappiness at memory_swappiness: memory_swappiness is 250, which the kernel does not take.",
            ],
        ),
        row(
            "negative swappiness is refused",
            json!({ "memory_swappiness": -1 }),
            v1(),
            json!({ "cgroup_parent": null }),
            &[
                "bad_swappiness at memory_swappiness: memory_swappiness is -1, which the kernel does not take.",
            ],
        ),
    ]
}

fn shared_memory() -> Vec<Row> {
    vec![
        row(
            "shm_size is sent in bytes",
            json!({ "shm_size": "64m" }),
            json!({}),
            json!({ "shm_size": 64 * MB }),
            &[],
        ),
        row(
            "shm_size goes with a shareable namespace",
            json!({ "shm_size": "64m", "ipc_mode": "shareable" }),
            json!({}),
            json!({ "shm_size": 64 * MB, "ipcns": { "nsmode": "shareable" } }),
            &[],
        ),
        row(
            "shm_size does not go with the host's namespace",
            json!({ "shm_size": "64m", "ipc_mode": "host" }),
            json!({}),
            json!({ "shm_size": 64 * MB, "ipcns": { "nsmode": "host" } }),
            &[
                "shm_size_needs_own_ipc at shm_size: shm_size cannot be used with ipc_mode=\"host\"; it requires a private or shareable IPC namespace",
            ],
        ),
        row(
            "a malformed shm_size is refused",
            json!({ "shm_size": "m" }),
            json!({}),
            json!({}),
            &["bad_size at shm_size: Invalid memory string: m"],
        ),
    ]
}

fn rootless() -> Vec<Row> {
    let facts = || json!({ "host": { "rootless": true, "cgroup_controllers": ["pids"] } });
    let gone = || json!({ "netns": { "nsmode": "pasta" }, "resource_limits": null });
    vec![
        row(
            "a limit without delegated controller is left out",
            json!({}),
            facts(),
            gone(),
            &[
                "controller_not_delegated: The memory limit is left out: the cgroup controller memory is not delegated to the user of this Podman. | Let systemd delegate it on the host, or run the task on a rootful Podman.",
            ],
        ),
        row(
            "so are swap and reservation",
            json!({ "memory_swap": "1g", "memory_reservation": "64m" }),
            facts(),
            gone(),
            &[
                "controller_not_delegated: The memory limit is left out: the cgroup controller memory is not delegated to the user of this Podman. | Let systemd delegate it on the host, or run the task on a rootful Podman.",
                "controller_not_delegated at memory_swap: The limit of memory and swap is left out: the cgroup controller memory is not delegated to the user of this Podman. | Let systemd delegate it on the host, or run the task on a rootful Podman.",
            ],
        ),
        row(
            "so is swappiness",
            json!({ "memory_swappiness": 10 }),
            json!({ "nomad": { "memory_mb": 0 }, "host": { "rootless": true, "cgroup_version": "v1", "cgroup_controllers": [] } }),
            json!({ "cgroup_parent": null, "netns": { "nsmode": "pasta" }, "resource_limits": null }),
            &[
                "controller_not_delegated at memory_swappiness: The swappiness is left out: the cgroup controller memory is not delegated to the user of this Podman. | Let systemd delegate it on the host, or run the task on a rootful Podman.",
            ],
        ),
    ]
}

#[test]
fn memory_follows_nomads_resources() {
    check(&limits());
}

#[test]
fn swap_is_limited_together_with_memory() {
    check(&swap());
}

#[test]
fn shared_memory_needs_a_namespace_of_its_own() {
    check(&shared_memory());
}

#[test]
fn what_cannot_be_limited_is_left_out_and_told() {
    check(&rootless());
}
