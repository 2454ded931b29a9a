//! What the rules of userns do, row by row: options and facts in, members and diagnostics out.

use serde_json::json;

use crate::rules::testing::{Row, check, row};

/// What a task says and gets of its user namespace.
pub(crate) fn rows() -> Vec<Row> {
    let mut rows = modes();
    rows.extend(refusals());
    rows
}

fn mappings(
    auto: bool,
    opts: serde_json::Value,
    uids: serde_json::Value,
    gids: serde_json::Value,
) -> serde_json::Value {
    let mut all = json!({
        "AdditionalGIDMappings": null, "AdditionalUIDMappings": null, "GroupFile": "", "InitialSize": 0, "PasswdFile": "", "Size": 0
    });
    all.as_object_mut().unwrap().extend(opts.as_object().unwrap().clone());
    json!({
        "AutoUserNs": auto, "AutoUserNsOpts": all, "GIDMap": gids, "HostGIDMapping": false, "HostUIDMapping": false, "UIDMap": uids
    })
}

fn modes() -> Vec<Row> {
    let uids = || json!([{ "container_id": 200, "host_id": 100, "size": 8 }]);
    let rootless = || json!({ "host": { "rootless": true } });
    let on_rootless = |mut spec: serde_json::Value| {
        let more = json!({ "netns": { "nsmode": "pasta" }, "resource_limits": { "cpu": null } });
        spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        spec
    };
    let none = || mappings(false, json!({}), json!(null), json!(null));
    const ROOTFUL: &str = "keep_id_rootful at userns: The user namespace keep-id is meant for a rootless Podman, and this one is not. | Use `auto` for a user namespace of its own.";
    vec![
        row(
            "the host's namespace is shared",
            json!({ "userns": "host" }),
            json!({}),
            json!({ "userns": { "nsmode": "host" } }),
            &[],
        ),
        row(
            "Podman chooses a range",
            json!({ "userns": "auto" }),
            json!({}),
            json!({ "userns": { "nsmode": "auto" }, "idmappings": mappings(true, json!({}), json!([]), json!([])) }),
            &[],
        ),
        row(
            "options of auto go to Podman as text and as mappings",
            json!({ "userns": "auto:uidmapping=200:100:8,size=16384" }),
            json!({}),
            json!({
                "userns": { "nsmode": "auto", "value": "uidmapping=200:100:8,size=16384" },
                "idmappings": mappings(true, json!({ "Size": 16384, "AdditionalUIDMappings": uids() }), uids(), json!([])),
            }),
            &[],
        ),
        row(
            "keep-id has mappings that say nothing",
            json!({ "userns": "keep-id:uid=200,gid=210" }),
            rootless(),
            on_rootless(
                json!({ "userns": { "nsmode": "keep-id", "value": "uid=200,gid=210" }, "idmappings": none() }),
            ),
            &[],
        ),
        row(
            "keep-id is for rootless Podmans",
            json!({ "userns": "keep-id" }),
            json!({}),
            json!({ "userns": { "nsmode": "keep-id" }, "idmappings": none() }),
            &[ROOTFUL],
        ),
        row(
            "keep-id takes a size from Podman 5.4 on",
            json!({ "userns": "keep-id:size=10" }),
            json!({ "host": { "rootless": true, "podman_version": "5.3.2" } }),
            on_rootless(
                json!({ "userns": { "nsmode": "keep-id", "value": "size=10" }, "idmappings": none() }),
            ),
            &[
                "bad_userns_option at userns: keep-id takes size from Podman 5.4 on, and this is 5.3.2. | Leave `size` away.",
            ],
        ),
        row(
            "nomap goes by the name that the API knows",
            json!({ "userns": "nomap" }),
            rootless(),
            on_rootless(json!({ "userns": { "nsmode": "no-map" } })),
            &[],
        ),
        row(
            "a namespace is joined by its path",
            json!({ "userns": "ns:/run/user.ns" }),
            json!({}),
            json!({ "userns": { "nsmode": "path", "value": "/run/user.ns" } }),
            &[],
        ),
        row(
            "a namespace that is known only at run time is left out",
            json!({ "userns": "${meta.userns}" }),
            json!({}),
            json!({}),
            &[],
        ),
    ]
}

fn refusals() -> Vec<Row> {
    vec![
        row(
            "another mode is refused",
            json!({ "userns": "private" }),
            json!({}),
            json!({}),
            &[
                "bad_userns at userns: failed to parse userns configuration: unknown userns mode \"private\" | Use `auto`.",
            ],
        ),
        row(
            "a misspelt mode gets the nearest suggested",
            json!({ "userns": "keepid" }),
            json!({}),
            json!({}),
            &[
                "bad_userns at userns: failed to parse userns configuration: unknown userns mode \"keepid\" | Did you mean `keep-id`?",
            ],
        ),
        row(
            "an unknown option is refused",
            json!({ "userns": "auto:sise=1" }),
            json!({}),
            json!({}),
            &[
                "bad_userns_option at userns: failed to parse userns configuration: invalid userns auto option \"sise\" | Did you mean `size`?",
            ],
        ),
        row(
            "a mapping has three numbers",
            json!({ "userns": "auto:uidmapping=0:100000" }),
            json!({}),
            json!({}),
            &[
                "bad_id_mapping at userns: failed to parse userns configuration: invalid uidmapping configuration \"0:100000\": invalid ID mapping configuration \"0:100000\"",
            ],
        ),
    ]
}

#[test]
fn user_namespaces_are_asked_for_as_podman_reads_them() {
    check(&modes());
}

#[test]
fn what_is_no_user_namespace_is_refused() {
    check(&refusals());
}
