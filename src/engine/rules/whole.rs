//! What holds for all rules together: their order changes nothing, what they record is what the data says of the
//! options, and everything that can be said of a task is said in a test.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use crate::config::option::{Fate, OptionInfo, find};
use crate::diagnostic::Id;
use crate::generated::rules::RULES;
use crate::generated::{diagnostics, options};
use crate::inputs::Group;
use crate::rules::testing::{Row, Setting, check, raised, row};
use crate::translate::{Translation, translate_in_order};
use crate::{pull, rules, versions};

fn all_rows() -> Vec<Row> {
    [
        rules::devices::tests::rows(),
        rules::image::tests::rows(),
        rules::labels::tests::rows(),
        rules::logging::tests::rows(),
        rules::memory::tests::rows(),
        rules::mounts::tests::rows(),
        rules::namespaces::tests::rows(),
        rules::network::tests::rows(),
        rules::ports::tests::rows(),
        rules::process::tests::rows(),
        rules::resources::tests::rows(),
        rules::security::tests::rows(),
        rules::userns::tests::rows(),
        pull::tests::rows(),
        versions::tests::rows(),
        mapped(),
    ]
    .concat()
}

/// A task that uses nearly every option, with mistakes of all topics among them.
fn rich() -> Setting {
    let options = json!({
        "command": "redis-server", "args": ["--port", "7000"], "entrypoint": ["/bin/sh"], "working_dir": "/srv",
        "hostname": "cache", "init": true, "init_path": "/init", "tty": true, "labels": { "a": "1", "b": "2" },
        "memory_reservation": "1g", "memory_swap": "64m", "memory_swappiness": 10, "cpu_hard_limit": true,
        "cpu_cfs_period": 10, "pids_limit": 0, "oom_score_adj": 5, "shm_size": "64m", "ipc_mode": "host",
        "ulimit": { "nofile": "9:1", "nproc": "3", "banana": "1" }, "sysctl": { "kernel.shmmax": "1", "net.x": "1" },
        "devices": ["/dev/fuse", "/dev/net/tun"], "volumes": ["/srv:/data", "local:/x:ro", "/a:/b:banana"],
        "tmpfs": ["/run", "/scratch:size=1m"], "readonly_rootfs": true, "cap_add": ["NET_ADMIN", "NET_ADMN"],
        "cap_drop": ["NET_ADMIN"], "privileged": true, "selinux_opts": ["type:a"], "apparmor_profile": "mine",
        "security_opt": ["label=level:b", "apparmor=x", "seccomp=/s", "mask=/a", "unmask=/b", "banana=1", "label=nested"],
        "userns": "auto:size=10", "network_mode": "shop", "ports": ["http", "nope"], "extra_hosts": ["db:1.2.3.4", "x"],
        "ipv4_address": "10.88.0.50", "static_ips": ["x", "fd00::5"], "static_mac": "92:d0:c6:0a:29:33",
        "logging": { "driver": "journald", "options": { "tag": "x" } },
    });
    let facts = json!({
        "host": { "networks": ["podman"], "apparmor": false, "selinux": false, "podman_version": "4.4.0" },
        "nomad": {
            "user": "app", "env": { "A": "1", "NOMAD_ALLOC_DIR": "/alloc" }, "cpuset": "0",
            "ports": [{ "label": "http", "value": 20000, "to": 80 }],
            "dns": { "servers": ["1.1.1.1", "x"] },
            "mounts": [{ "task_path": "/m", "host_path": "/h", "propagation_mode": "bidirectional" }],
            "devices": [{ "task_path": "/dev/gpu", "host_path": "/dev/gpu0", "permissions": "rw" }],
        },
        "plugin": { "extra_labels": ["task*"], "volumes": { "selinuxlabel": "z" }, "dns_servers": ["9.9.9.9"] },
    });
    Setting::new(&options, &facts)
}

#[test]
fn rules_can_run_in_any_order() {
    let setting = rich();
    let usual = setting.translate();
    assert!(usual.diagnostics.len() > 15, "a rich task has more problems: {:#?}", usual.diagnostics);
    assert!(usual.provenance.origins.len() > 45, "and more members: {}", usual.provenance.origins.len());
    let mut random = Random(4);
    for round in 0..200 {
        let mut order: Vec<usize> = (0..RULES.len()).collect();
        // Fisher and Yates: each order is as likely as any other.
        for last in (1..order.len()).rev() {
            order.swap(last, random.below(last + 1));
        }
        assert_same(&translate_in_order(&setting.request(), &order), &usual, round, &order);
    }
}

fn assert_same(shuffled: &Translation, usual: &Translation, round: usize, order: &[usize]) {
    assert_eq!(shuffled.diagnostics, usual.diagnostics, "round {round}, order {order:?}");
    assert_eq!(json!(shuffled.spec), json!(usual.spec), "round {round}, order {order:?}");
    assert_eq!(shuffled, usual, "round {round}, order {order:?}");
}

/// Enough randomness for shuffling, the same in each run (Knuth's multiplier for 64 bits).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

/// What a mapped option changes beside the member that it is mapped to: a privileged task's mounts get no label.
const BESIDE: [(&str, &str); 1] = [("privileged", "mounts")];

/// The data is the documentation: what a rule really read before it set a member must be declared there, and what is
/// declared must happen.
#[test]
fn what_rules_record_is_what_the_data_says() {
    let (mut undeclared, mut seen) = (BTreeSet::new(), BTreeSet::new());
    for row in all_rows() {
        let setting = Setting::new(&row.task, &row.facts);
        for origin in setting.translate().provenance.origins {
            let member = origin.member.info().name;
            for input in origin.inputs() {
                let (group, table) = match input.group() {
                    Group::Task => ("config", options::TASK),
                    Group::Plugin => ("plugin", options::PLUGIN),
                    Group::Host | Group::Nomad => continue,
                };
                let option = find(table, input.path()).unwrap();
                if affects(option, member) {
                    seen.insert((group, option.path, member));
                } else if !BESIDE.contains(&(option.path, member)) {
                    undeclared.insert((origin.rule(), group, option.path, member));
                }
            }
        }
    }
    assert!(undeclared.is_empty(), "read for a member that the data does not name: {undeclared:#?}");
    let declared = declared("config", options::TASK).into_iter().chain(declared("plugin", options::PLUGIN));
    let never: Vec<_> = declared.filter(|entry| !seen.contains(entry)).collect();
    assert!(never.is_empty(), "declared in the data and seen in no test: {never:#?}");
}

/// A block affects what its options affect.
fn affects(option: &OptionInfo, member: &str) -> bool {
    members(option).contains(&member) || option.options.iter().any(|inner| affects(inner, member))
}

fn members(option: &OptionInfo) -> &'static [&'static str] {
    match option.fate {
        Fate::Mapped(members) | Fate::Decided { affects: members, .. } => members,
        Fate::NotInSpec(_) | Fate::Nested => &[],
    }
}

fn declared(
    group: &'static str,
    table: &'static [OptionInfo],
) -> Vec<(&'static str, &'static str, &'static str)> {
    table
        .iter()
        .flat_map(|option| {
            let own = members(option).iter().map(|member| (group, option.path, *member));
            own.chain(declared(group, option.options)).collect::<Vec<_>>()
        })
        .collect()
}

/// All that rules, the pull and the version can say. What is wrong with the plugin's config is told where that is
/// checked, and so is a pattern of it that fits nothing.
#[test]
fn everything_that_can_be_said_is_said_in_a_test() {
    let raised: BTreeSet<Id> = raised(&all_rows()).into_iter().collect();
    let ours = |id: Id| {
        matches!(id.number(), 150..=349 | 370..=389) && id != diagnostics::EXTRA_LABEL_MATCHES_NOTHING
    };
    let silent: Vec<&str> = diagnostics::ALL
        .iter()
        .filter(|entry| ours(entry.id) && !raised.contains(&entry.id))
        .map(|entry| entry.name)
        .collect();
    assert!(silent.is_empty(), "raised by no row of a test: {silent:#?}");
}

/// Mapped options have no rules to test; a value for each shows that it arrives.
fn mapped() -> Vec<Row> {
    let one = |option: &str, value: Json, member: &str| {
        let task = json!({ option: value.clone() });
        row("a mapped option arrives as it is", task, json!({}), json!({ member: value }), &[])
    };
    vec![
        one("working_dir", json!("/srv"), "work_dir"),
        one("hostname", json!("cache"), "hostname"),
        one("tty", json!(true), "terminal"),
        one("readonly_rootfs", json!(true), "read_only_filesystem"),
        one("privileged", json!(true), "privileged"),
        one("sysctl", json!({ "net.core.somaxconn": "1" }), "sysctl"),
    ]
}

#[test]
fn mapped_options_arrive_as_they_are() {
    check(&mapped());
}
