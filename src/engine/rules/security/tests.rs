//! What the rules of security do, row by row: options and facts in, members and diagnostics out.

use serde_json::json;

use crate::rules::testing::{Row, check, row};

/// What a task says and gets of capabilities and security options.
pub(crate) fn rows() -> Vec<Row> {
    let mut rows = capabilities();
    rows.extend(settings());
    rows.extend(labels_and_profiles());
    rows
}

fn capabilities() -> Vec<Row> {
    vec![
        row(
            "capabilities keep their spelling and order",
            json!({ "cap_add": ["SYS_TIME", "cap_net_admin"], "cap_drop": ["MKNOD"] }),
            json!({}),
            json!({ "cap_add": ["SYS_TIME", "cap_net_admin"], "cap_drop": ["MKNOD"] }),
            &[],
        ),
        row(
            "a misspelt capability is refused with the nearest one",
            json!({ "cap_add": ["NET_ADMN"] }),
            json!({}),
            json!({ "cap_add": ["NET_ADMN"] }),
            &[
                "unknown_capability at cap_add[0]: \"NET_ADMN\" is no Linux capability. | Did you mean `NET_ADMIN`?",
            ],
        ),
        row(
            "a capability that is known only at run time is sent on",
            json!({ "cap_add": ["${meta.cap}"] }),
            json!({}),
            json!({ "cap_add": ["${meta.cap}"] }),
            &[],
        ),
        row(
            "a capability cannot be added and dropped",
            json!({ "cap_add": ["NET_RAW"], "cap_drop": ["cap_net_raw"] }),
            json!({}),
            json!({ "cap_add": ["NET_RAW"], "cap_drop": ["cap_net_raw"] }),
            &[
                "capability_added_and_dropped at cap_drop: The capability NET_RAW is both added and dropped. | Keep one of them.",
            ],
        ),
        row(
            "all but a few can be dropped",
            json!({ "cap_add": ["NET_RAW"], "cap_drop": ["ALL", "NET_RAW"] }),
            json!({}),
            json!({ "cap_add": ["NET_RAW"], "cap_drop": ["ALL", "NET_RAW"] }),
            &[],
        ),
        row(
            "all cannot be added and dropped",
            json!({ "cap_add": ["all"], "cap_drop": ["ALL"] }),
            json!({}),
            json!({ "cap_add": ["all"], "cap_drop": ["ALL"] }),
            &[
                "capability_added_and_dropped at cap_drop: The capability ALL is both added and dropped. | Keep one of them.",
            ],
        ),
        row(
            "a privileged task has all of them already",
            json!({ "cap_add": ["NET_ADMIN"], "privileged": true }),
            json!({}),
            json!({ "cap_add": ["NET_ADMIN"], "privileged": true }),
            &[
                "capabilities_on_privileged at cap_add: A privileged task has all capabilities; cap_add changes nothing. | Leave `privileged` away, if these capabilities are all that the task needs.",
            ],
        ),
    ]
}

fn settings() -> Vec<Row> {
    vec![
        row(
            "privileges are not gained",
            json!({ "security_opt": ["no-new-privileges"] }),
            json!({}),
            json!({ "no_new_privileges": true }),
            &[],
        ),
        row(
            "no-new-privileges=false leaves it off",
            json!({ "security_opt": ["no-new-privileges=false"] }),
            json!({}),
            json!({}),
            &[],
        ),
        row(
            "a colon stands for the equals sign",
            json!({ "security_opt": ["no-new-privileges:true"] }),
            json!({}),
            json!({ "no_new_privileges": true }),
            &[],
        ),
        row(
            "a nested label is asked for by the name that Podman knows",
            json!({ "security_opt": ["label=nested"] }),
            json!({}),
            json!({ "label_nested": true }),
            &[],
        ),
        row(
            "a seccomp profile is annotated too",
            json!({ "security_opt": ["seccomp=/etc/s.json"] }),
            json!({}),
            json!({ "seccomp_profile_path": "/etc/s.json", "annotations": { "io.podman.annotations.seccomp": "/etc/s.json" } }),
            &[],
        ),
        row(
            "options of /proc are a list",
            json!({ "security_opt": ["proc-opts=hidepid=2,gid=5"] }),
            json!({}),
            json!({ "procfs_opts": ["hidepid=2", "gid=5"] }),
            &[],
        ),
        row(
            "masks add up",
            json!({ "security_opt": ["mask=/a:/b", "mask=/c"] }),
            json!({}),
            json!({ "mask": ["/a", "/b", "/c"] }),
            &[],
        ),
        row(
            "so do paths that are shown, and systempaths shows all",
            json!({ "security_opt": ["unmask=/a:/b", "systempaths=unconfined"] }),
            json!({}),
            json!({ "unmask": ["/a", "/b", "ALL"] }),
            &[],
        ),
        row(
            "systempaths has one value",
            json!({ "security_opt": ["systempaths=all"] }),
            json!({}),
            json!({}),
            &[
                "bad_systempaths at security_opt[0]: failed to parse security_opt configuration: invalid systempaths option \"all\", only `unconfined` is supported | Write `systempaths=unconfined`.",
            ],
        ),
        row(
            "an unknown word is refused with the nearest one",
            json!({ "security_opt": ["no-new-privileges", "secomp=/s.json"] }),
            json!({}),
            json!({ "no_new_privileges": true }),
            &[
                "bad_security_opt at security_opt[1]: failed to parse security_opt configuration: invalid security_opt: \"secomp=/s.json\" | Did you mean `seccomp`?",
            ],
        ),
        row(
            "a word without value is refused",
            json!({ "security_opt": ["label"] }),
            json!({}),
            json!({}),
            &[
                "bad_security_opt at security_opt[0]: failed to parse security_opt configuration: invalid security_opt: \"label\"",
            ],
        ),
        row(
            "an entry that is known only at run time is left out",
            json!({ "security_opt": ["${meta.opt}"] }),
            json!({}),
            json!({}),
            &[],
        ),
        row(
            "a value that is known only at run time is sent on",
            json!({ "security_opt": ["seccomp=${meta.profile}"] }),
            json!({}),
            json!({ "seccomp_profile_path": "${meta.profile}", "annotations": { "io.podman.annotations.seccomp": "${meta.profile}" } }),
            &[],
        ),
        row(
            "the last of two counts, and that is told",
            json!({ "security_opt": ["proc-opts=a", "proc-opts=b"] }),
            json!({}),
            json!({ "procfs_opts": ["b"] }),
            &[
                "security_opt_repeated at security_opt[1]: proc-opts stands twice in security_opt; the last one counts. | Keep the one that is meant.",
            ],
        ),
    ]
}

fn labels_and_profiles() -> Vec<Row> {
    let bare = || json!({ "host": { "apparmor": false, "selinux": false } });
    vec![
        row(
            "labels of both options add up",
            json!({ "selinux_opts": ["type:a"], "security_opt": ["label=level:b"] }),
            json!({}),
            json!({ "selinux_opts": ["type:a", "level:b"], "annotations": { "io.podman.annotations.label": "type:a,label=level:b" } }),
            &[],
        ),
        row(
            "labels of the option alone are not annotated",
            json!({ "selinux_opts": ["type:a"] }),
            json!({}),
            json!({ "selinux_opts": ["type:a"] }),
            &[],
        ),
        row(
            "labels do nothing without SELinux",
            json!({ "selinux_opts": ["type:a"] }),
            bare(),
            json!({ "selinux_opts": ["type:a"] }),
            &["selinux_not_available at selinux_opts: The host has no SELinux; the labels have no effect."],
        ),
        row(
            "switching labels off needs no SELinux",
            json!({ "security_opt": ["label=disable"] }),
            bare(),
            json!({ "selinux_opts": ["disable"], "annotations": { "io.podman.annotations.label": "disable" } }),
            &[],
        ),
        row(
            "a profile is sent",
            json!({ "apparmor_profile": "mine" }),
            json!({}),
            json!({ "apparmor_profile": "mine" }),
            &[],
        ),
        row(
            "security_opt beats the profile, and that is told",
            json!({ "apparmor_profile": "mine", "security_opt": ["apparmor=unconfined"] }),
            bare(),
            json!({ "apparmor_profile": "unconfined", "annotations": { "io.podman.annotations.apparmor": "unconfined" } }),
            &[
                "apparmor_profile_overridden at apparmor_profile: apparmor_profile is overridden: security_opt says \"unconfined\". | Keep one of them.",
            ],
        ),
        row(
            "a profile needs AppArmor",
            json!({ "apparmor_profile": "mine" }),
            bare(),
            json!({ "apparmor_profile": "mine" }),
            &[
                "apparmor_not_available at apparmor_profile: The host has no AppArmor; Podman refuses the profile \"mine\".",
            ],
        ),
    ]
}

#[test]
fn capabilities_are_sent_as_written_and_checked() {
    check(&capabilities());
}

#[test]
fn security_options_become_members() {
    check(&settings());
}

#[test]
fn labels_and_profiles_come_from_two_options() {
    check(&labels_and_profiles());
}
