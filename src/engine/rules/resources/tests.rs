//! What the rules of resources do, row by row: options and facts in, members and diagnostics out.

use serde_json::json;

use crate::rules::testing::{Row, check, row};

/// What a task says and gets of CPU, processes and kernel limits.
pub(crate) fn rows() -> Vec<Row> {
    let mut rows = cpu();
    rows.extend(processes());
    rows.extend(ulimits());
    rows.extend(rootless());
    rows
}

fn quota(quota: i64, period: u64) -> serde_json::Value {
    json!({ "resource_limits": { "cpu": { "quota": quota, "period": period } } })
}

fn cpu() -> Vec<Row> {
    let share = |percent: f64, processors: u64| json!({ "nomad": { "percent_ticks": percent }, "host": { "processors": processors } });
    vec![
        row(
            "the reserved share of all processors is the hard limit",
            json!({ "cpu_hard_limit": true }),
            json!({}),
            quota(50_000, 100_000),
            &[],
        ),
        row(
            "the quota is cut for each core before multiplying",
            json!({ "cpu_hard_limit": true, "cpu_cfs_period": 1000 }),
            share(0.0019, 4000),
            quota(4000, 1000),
            &[],
        ),
        row(
            "the quota is at least a millisecond",
            json!({ "cpu_hard_limit": true }),
            share(0.0, 2),
            quota(1000, 100_000),
            &[],
        ),
        row(
            "a huge share does not overflow",
            json!({ "cpu_hard_limit": true }),
            share(1e300, u64::MAX),
            quota(i64::MAX, 100_000),
            &[],
        ),
        row(
            "a period of 0 is the default",
            json!({ "cpu_hard_limit": true, "cpu_cfs_period": 0 }),
            json!({}),
            quota(50_000, 100_000),
            &[],
        ),
        row(
            "a longer period has a larger quota",
            json!({ "cpu_hard_limit": true, "cpu_cfs_period": 200_000 }),
            json!({}),
            quota(100_000, 200_000),
            &[],
        ),
        row(
            "a short period is raised",
            json!({ "cpu_hard_limit": true, "cpu_cfs_period": 10 }),
            share(0.1, 2),
            quota(1000, 1000),
            &["cpu_period_raised at cpu_cfs_period: cpu_cfs_period is 10 and raised to 1000 microseconds."],
        ),
        row(
            "a period above a second is refused",
            json!({ "cpu_hard_limit": true, "cpu_cfs_period": 1_000_001 }),
            json!({}),
            json!({}),
            &[
                "cpu_period_too_large at cpu_cfs_period: invalid value for cpu_cfs_period, 1000001 is bigger than 1000000",
            ],
        ),
        row(
            "a period without hard limit is told and not judged",
            json!({ "cpu_cfs_period": 2_000_000 }),
            json!({}),
            json!({}),
            &[
                "cpu_period_without_hard_limit at cpu_cfs_period: cpu_cfs_period has no effect without cpu_hard_limit. | Add `cpu_hard_limit = true`, or leave it away.",
            ],
        ),
        row(
            "a hard limit that is known only at run time is not judged",
            json!({ "cpu_cfs_period": 200_000, "cpu_hard_limit": "${meta.hard}" }),
            json!({}),
            json!({}),
            &[],
        ),
        row(
            "the weight is what Nomad reserved",
            json!({}),
            json!({ "nomad": { "cpu_shares": 1234 } }),
            json!({ "resource_limits": { "cpu": { "shares": 1234 } } }),
            &[],
        ),
        row(
            "a weight of 0 is sent",
            json!({}),
            json!({ "nomad": { "cpu_shares": 0 } }),
            json!({ "resource_limits": { "cpu": { "shares": 0 } } }),
            &[],
        ),
        row(
            "reserved cores pin the task",
            json!({}),
            json!({ "nomad": { "cpuset": "0-1,3" } }),
            json!({ "resource_limits": { "cpu": { "cpus": "0-1,3" } } }),
            &[],
        ),
    ]
}

fn processes() -> Vec<Row> {
    vec![
        row(
            "processes are limited",
            json!({ "pids_limit": 128 }),
            json!({}),
            json!({ "resource_limits": { "pids": { "limit": 128 } } }),
            &[],
        ),
        row(
            "a limit of 0 processes is none",
            json!({ "pids_limit": 0 }),
            json!({}),
            json!({}),
            &[
                "pids_limit_zero at pids_limit: pids_limit = 0 sets no limit of its own: Podman's counts, usually 2048. | Leave it away, or write a number above zero.",
            ],
        ),
        row(
            "a negative limit of processes is refused",
            json!({ "pids_limit": -1 }),
            json!({}),
            json!({}),
            &[
                "pids_limit_negative at pids_limit: pids_limit is -1, which is no limit. | A large number, such as 4194304, is as good as no limit.",
            ],
        ),
        row(
            "the OOM score is sent",
            json!({ "oom_score_adj": 100 }),
            json!({}),
            json!({ "oom_score_adj": 100 }),
            &[],
        ),
        row(
            "an OOM score beyond the kernel's range is refused",
            json!({ "oom_score_adj": 2000 }),
            json!({}),
            json!({ "oom_score_adj": null }),
            &["bad_oom_score_adj at oom_score_adj: oom_score_adj is 2000, which the kernel does not take."],
        ),
        row(
            "an OOM score that is known only at run time is left out",
            json!({ "oom_score_adj": "${meta.oom}" }),
            json!({}),
            json!({ "oom_score_adj": null }),
            &[],
        ),
        row(
            "a rootless Podman protects nobody",
            json!({ "oom_score_adj": -500 }),
            json!({ "host": { "rootless": true } }),
            json!({ "netns": { "nsmode": "pasta" }, "oom_score_adj": -500, "resource_limits": { "cpu": null } }),
            &[
                "oom_score_adj_rootless at oom_score_adj: A rootless Podman cannot lower oom_score_adj; the task is not protected.",
            ],
        ),
    ]
}

fn ulimits() -> Vec<Row> {
    let old = || json!({ "host": { "podman_version": "4.4.1" } });
    let one = |name: &str, soft: u64, hard: u64| json!({ "r_limits": [{ "type": name, "soft": soft, "hard": hard }] });
    vec![
        row(
            "a limit has a soft and a hard half",
            json!({ "ulimit": { "nofile": "2048:4096" } }),
            json!({}),
            one("nofile", 2048, 4096),
            &[],
        ),
        row(
            "one number is both halves",
            json!({ "ulimit": { "nproc": "3000" } }),
            json!({}),
            one("nproc", 3000, 3000),
            &[],
        ),
        row(
            "-1 is no limit",
            json!({ "ulimit": { "memlock": "64:-1" } }),
            json!({}),
            one("memlock", 64, u64::MAX),
            &[],
        ),
        row(
            "an empty limit is refused",
            json!({ "ulimit": { "nofile": "" } }),
            json!({}),
            json!({}),
            &[
                "bad_ulimit at ulimit.nofile: failed to parse ulimit configuration: Malformed ulimit specification nofile: \"\", cannot be empty",
            ],
        ),
        row(
            "a limit that is no number is refused",
            json!({ "ulimit": { "nofile": "1:abc" } }),
            json!({}),
            json!({}),
            &[
                "bad_ulimit at ulimit.nofile: failed to parse ulimit configuration: Malformed hard ulimit nofile: 1:abc",
            ],
        ),
        row(
            "the word unlimited gets its number suggested",
            json!({ "ulimit": { "nofile": "unlimited" } }),
            json!({}),
            json!({}),
            &[
                "bad_ulimit at ulimit.nofile: failed to parse ulimit configuration: Malformed soft ulimit nofile: unlimited:unlimited | Write -1 for no limit.",
            ],
        ),
        row(
            "an unknown limit is refused with the nearest name",
            json!({ "ulimit": { "nofiles": "10" } }),
            json!({}),
            one("nofiles", 10, 10),
            &[
                "unknown_ulimit at ulimit.nofiles: There is no limit called \"nofiles\". | Did you mean `nofile`?",
            ],
        ),
        row(
            "the kernel's own prefix is not part of the name",
            json!({ "ulimit": { "RLIMIT_NPROC": "10" } }),
            json!({}),
            one("RLIMIT_NPROC", 10, 10),
            &[
                "unknown_ulimit at ulimit.RLIMIT_NPROC: There is no limit called \"RLIMIT_NPROC\". | Did you mean `nproc`?",
            ],
        ),
        row(
            "a soft limit above the hard one is refused",
            json!({ "ulimit": { "nofile": "8192:4096" } }),
            json!({}),
            one("nofile", 8192, 4096),
            &[
                "ulimit_soft_above_hard at ulimit.nofile: The soft limit 8192 of nofile is above its hard limit 4096. | Write \"4096:8192\".",
            ],
        ),
        row(
            "a limit that is known only at run time is left out",
            json!({ "ulimit": { "nofile": "${meta.files}" } }),
            json!({}),
            json!({}),
            &[],
        ),
        row(
            "an old Podman raises what is not given",
            json!({ "ulimit": { "memlock": "-1" } }),
            old(),
            one("memlock", u64::MAX, u64::MAX),
            &[
                "ulimit_defaults_lost at ulimit: With any limit given, this Podman sets nofile and nproc to 1048576 unless they are given too. | Give `nofile` and `nproc` as well.",
            ],
        ),
        row(
            "with all of them given nothing is lost",
            json!({ "ulimit": { "NOFILE": "1", "nproc": "1" } }),
            old(),
            json!({ "r_limits": [{ "type": "NOFILE", "soft": 1, "hard": 1 }, { "type": "nproc", "soft": 1, "hard": 1 }] }),
            &[],
        ),
    ]
}

fn rootless() -> Vec<Row> {
    let facts = || json!({ "host": { "rootless": true, "cgroup_controllers": ["memory"] }, "nomad": { "cpuset": "0" } });
    let gone = || json!({ "netns": { "nsmode": "pasta" }, "resource_limits": { "cpu": null } });
    const CPUSET: &str = "controller_not_delegated: The pinning to reserved cores is left out: the cgroup controller cpuset is not delegated to the user of this Podman. | Let systemd delegate it on the host, or run the task on a rootful Podman.";
    vec![
        row(
            "a rootless Podman gets no weight",
            json!({}),
            json!({ "host": { "rootless": true } }),
            gone(),
            &[],
        ),
        row("cores are not pinned without their controller", json!({}), facts(), gone(), &[CPUSET]),
        row(
            "nor is CPU limited",
            json!({ "cpu_hard_limit": true }),
            facts(),
            gone(),
            &[
                "controller_not_delegated at cpu_hard_limit: The hard CPU limit is left out: the cgroup controller cpu is not delegated to the user of this Podman. | Let systemd delegate it on the host, or run the task on a rootful Podman.",
                CPUSET,
            ],
        ),
        row(
            "nor are processes",
            json!({ "pids_limit": 10 }),
            facts(),
            gone(),
            &[
                CPUSET,
                "controller_not_delegated at pids_limit: The limit of processes is left out: the cgroup controller pids is not delegated to the user of this Podman. | Let systemd delegate it on the host, or run the task on a rootful Podman.",
            ],
        ),
    ]
}

#[test]
fn cpu_is_weighed_limited_and_pinned() {
    check(&cpu());
}

#[test]
fn processes_and_their_scores_are_limited() {
    check(&processes());
}

#[test]
fn ulimits_are_sent_as_podman_reads_them() {
    check(&ulimits());
}

#[test]
fn what_is_not_delegated_is_left_out_and_told() {
    check(&rootless());
}
