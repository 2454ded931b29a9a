//! What is lost on which Podman, row by row.

use serde_json::json;

use super::{is_set, late};
use crate::config::option::{Fate, Kind, OptionInfo, Type};
use crate::facts::PodmanVersion;
use crate::rules::testing::{Row, Setting, check, row};

/// What becomes of a task on Podmans that do not know what it asks for.
pub(crate) fn rows() -> Vec<Row> {
    let on = |version: &str| json!({ "host": { "podman_version": version } });
    const OLD: &str =
        "podman_too_old: This Podman is 3.4.4, older than 4.3, the oldest that is tested. | Update Podman.";
    vec![
        row(
            "a member that costs only comfort is left out",
            json!({ "security_opt": ["label=nested"] }),
            on("4.3.1"),
            json!({}),
            &[
                "member_without_effect at security_opt: Podman knows label_nested from 4.5 on, and this is 4.3.1; it is left out.",
            ],
        ),
        row(
            "a suffix does not make a version older",
            json!({ "security_opt": ["label=nested"] }),
            on("4.5.0-dev"),
            json!({ "label_nested": true }),
            &[],
        ),
        row(
            "a member that the task needs is an error",
            json!({ "network_mode": "shop" }),
            on("3.4.4"),
            json!({ "Networks": { "shop": {} } }),
            &[OLD, "member_not_known at network_mode: Podman knows Networks from 4.0 on, and this is 3.4.4."],
        ),
        row("an untested Podman is told and served", json!({}), on("3.4.4"), json!({}), &[OLD]),
        row("the oldest that is tested is not told", json!({}), on("4.3.0"), json!({}), &[]),
        row(
            "Podman 6 does not run on cgroup version 1",
            json!({}),
            json!({ "host": { "podman_version": "6.0.0", "cgroup_version": "v1" } }),
            json!({ "cgroup_parent": null }),
            &[
                "cgroup_v1_gone: Podman 6.0.0 does not run on a host with cgroup version 1. | Boot the host with cgroup version 2, or stay with Podman 5.",
            ],
        ),
    ]
}

#[test]
fn what_this_podman_does_not_know_is_told() {
    check(&rows());
}

#[test]
fn what_is_left_out_has_no_origin_any_more() {
    let options = json!({ "security_opt": ["label=nested", "no-new-privileges"] });
    let setting = Setting::new(&options, &json!({ "host": { "podman_version": "4.3.1" } }));
    let provenance = setting.translate().provenance;
    assert_eq!(provenance.of("label_nested").count(), 0);
    assert_eq!(provenance.of("no_new_privileges").count(), 1);
}

/// No option needs a later Podman as a whole today, so that the table is one of the test's own.
#[test]
fn an_option_that_needs_a_later_podman_is_found_by_its_data() {
    static INNER: [OptionInfo; 1] = [option("inner", "outer.inner", Some("5.2"), &[])];
    static TABLE: [OptionInfo; 3] = [
        option("outer", "outer", None, &INNER),
        option("late", "late", Some("5.0"), &[]),
        option("early", "early", None, &[]),
    ];
    let names = |version: &str| -> Vec<&str> {
        let version: PodmanVersion = version.parse().unwrap();
        let late = late(&TABLE).into_iter();
        late.filter(|(_, since)| version < *since).map(|(option, _)| option.path).collect()
    };
    assert_eq!(names("4.9.4-rhel"), ["outer.inner", "late"]);
    assert_eq!(names("5.1.0"), ["outer.inner"]);
    assert!(names("5.2.0").is_empty());
    for (config, set) in [
        (json!({ "outer": { "inner": "x" } }), true),
        (json!({ "outer": { "inner": "" } }), false),
        (json!({ "outer": { "inner": "usual" } }), false),
        (json!({ "outer": null }), false),
        (json!({}), false),
    ] {
        assert_eq!(is_set(&config, &INNER[0]), set, "{config}");
    }
}

const fn option(
    name: &'static str,
    path: &'static str,
    podman: Option<&'static str>,
    options: &'static [OptionInfo],
) -> OptionInfo {
    OptionInfo {
        name,
        path,
        kind: Kind::Attribute,
        ty: Type::Text,
        required: false,
        width: None,
        default: Some("\"usual\""),
        syntax: None,
        enumeration: &[],
        doc: "A text.",
        notes: &[],
        example: "\"x\"",
        sensitive: false,
        own: false,
        since: "0.1.0",
        docker: None,
        deprecated: None,
        conflicts: &[],
        podman,
        fate: Fate::NotInSpec("A test."),
        options,
    }
}
