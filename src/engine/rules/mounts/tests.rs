//! Behaviours of the rules of mounts, as rows. The syntaxes of volumes and tmpfs have tests of their own.

use serde_json::{Value as Json, json};

use crate::rules::testing::{Row, check, row};

/// What a task says and gets of mounts.
pub(crate) fn rows() -> Vec<Row> {
    let mut rows = folders();
    rows.extend(volumes());
    rows.extend(refused_volumes());
    rows.extend(nomads());
    rows.extend(tmpfs());
    rows.extend(duplicates());
    rows
}

fn bind(source: &str, destination: &str) -> Json {
    json!({ "type": "bind", "source": source, "destination": destination })
}

fn with(mut mount: Json, options: Json) -> Json {
    mount["options"] = options;
    mount
}

fn mounts(mounts: Json) -> Json {
    json!({ "mounts": mounts })
}

/// The task's folder is `/a/web`.
fn here() -> Json {
    json!({ "nomad": { "alloc_dir": "/a", "task_dir": "/a/web" } })
}

const PRIVILEGED: &str = "selinuxlabel_on_privileged at privileged: The SELinux label of mounts is not used, since the task is privileged. | Where other tasks read the same files, give the volume its own label: \":z\".";

fn folders() -> Vec<Row> {
    let facts = |label: &str| {
        json!({
            "nomad": { "shared_alloc_dir": "/a/alloc", "task_local_dir": "/a/web/local", "task_secrets_dir": "/a/web/secrets", "env": { "NOMAD_TASK_DIR": "/own" } },
            "plugin": { "volumes": { "enabled": true, "selinuxlabel": label } },
        })
    };
    let env = json!({ "NOMAD_TASK_DIR": "/own" });
    let plain = || {
        json!([bind("/a/alloc", "/alloc"), bind("/a/web/local", "/own"), bind("/a/web/secrets", "/secrets")])
    };
    let labelled = || {
        json!([
            with(bind("/a/alloc", "/alloc"), json!(["z"])),
            with(bind("/a/web/local", "/own"), json!(["z"])),
            with(bind("/a/web/secrets", "/secrets"), json!(["z"])),
            bind("/srv", "/srv")
        ])
    };
    vec![
        row(
            "the allocation's folders come where their variables say",
            json!({}),
            facts(""),
            json!({ "env": env, "mounts": plain() }),
            &[],
        ),
        row(
            "the plugin's SELinux label is for them and not for volumes",
            json!({ "volumes": ["/srv:/srv"] }),
            facts("z"),
            json!({ "env": env, "mounts": labelled() }),
            &[],
        ),
        row(
            "a privileged task gets no label, and is told",
            json!({ "privileged": true }),
            facts("z"),
            json!({ "env": env, "mounts": plain(), "privileged": true }),
            &[PRIVILEGED],
        ),
    ]
}

fn volumes() -> Vec<Row> {
    let off = || json!({ "plugin": { "volumes": { "enabled": false } }, "nomad": { "alloc_dir": "/a", "task_dir": "/a/web" } });
    vec![
        row(
            "volumes keep their options",
            json!({ "volumes": ["/srv/data:/data", "/srv/x/../ro:/ro:ro,noexec,z"] }),
            json!({}),
            mounts(json!([
                bind("/srv/data", "/data"),
                with(bind("/srv/ro", "/ro"), json!(["ro", "noexec", "z"]))
            ])),
            &[],
        ),
        row(
            "a relative source starts in the task's folder",
            json!({ "volumes": ["local/conf:/conf", "../shared:/shared"] }),
            here(),
            mounts(json!([bind("/a/web/local/conf", "/conf"), bind("/a/shared", "/shared")])),
            &[],
        ),
        row(
            "without volumes, folders of the allocation can be mounted",
            json!({ "volumes": ["local:/l", "../..x:/m"] }),
            off(),
            mounts(json!([bind("/a/web/local", "/l"), bind("/a/..x", "/m")])),
            &[],
        ),
        row(
            "a name is a folder of the task, and told",
            json!({ "volumes": ["data:/data"] }),
            here(),
            mounts(json!([bind("/a/web/data", "/data")])),
            &[
                "volume_is_folder at volumes[0]: There are no named volumes: \"data\" is a folder in the task's own folder. | Use a host or CSI volume for data that stays; if the folder is meant, write \"./data\".",
            ],
        ),
        row(
            "a source that is completed later stays as it is",
            json!({ "volumes": ["${meta.src}:/data", "${meta.pair}"] }),
            off(),
            mounts(json!([bind("${meta.src}", "/data")])),
            &[],
        ),
        row(
            "an unknown option is sent and told",
            json!({ "volumes": ["/a:/b:noexc", "/c:/d:readonly", "/e:/f:banana"] }),
            json!({}),
            mounts(json!([
                with(bind("/a", "/b"), json!(["noexc"])),
                with(bind("/c", "/d"), json!(["readonly"])),
                with(bind("/e", "/f"), json!(["banana"]))
            ])),
            &[
                "unknown_volume_option at volumes[0]: Podman is not known to have the mount option \"noexc\". | Did you mean `noexec`?",
                "unknown_volume_option at volumes[1]: Podman is not known to have the mount option \"readonly\". | Did you mean `ro`?",
                "unknown_volume_option at volumes[2]: Podman is not known to have the mount option \"banana\".",
            ],
        ),
    ]
}

fn refused_volumes() -> Vec<Row> {
    let off = || json!({ "plugin": { "volumes": { "enabled": false } }, "nomad": { "alloc_dir": "/a", "task_dir": "/a/web" } });
    vec![
        row(
            "a volume has a destination",
            json!({ "volumes": ["/srv"] }),
            json!({}),
            json!({}),
            &["bad_volume at volumes[0]: invalid docker volume \"/srv\": not <src>:<destination> format"],
        ),
        row(
            "a volume has three fields at most",
            json!({ "volumes": ["/a:/b:ro:z"] }),
            json!({}),
            json!({}),
            &[
                "volume_too_many_fields at volumes[0]: invalid docker volume \"/a:/b:ro:z\": \"z\" is a fourth field, and there are only source, destination and options",
            ],
        ),
        row(
            "neither path is empty",
            json!({ "volumes": [":/data", "/a:"] }),
            json!({}),
            json!({}),
            &[
                "volume_field_empty at volumes[0]: invalid docker volume \":/data\": not <src>:<destination> format. The source is empty",
                "volume_field_empty at volumes[1]: invalid docker volume \"/a:\": not <src>:<destination> format. The destination is empty",
            ],
        ),
        row(
            "without volumes, paths of the host are refused",
            json!({ "volumes": ["/srv:/srv", "../../x:/x"] }),
            off(),
            mounts(json!([bind("/srv", "/srv"), bind("/x", "/x")])),
            &[
                "volumes_disabled at volumes[0]: volumes are not enabled; cannot mount host paths: \"/srv:/srv\" | Use a host volume with `volume_mount`, or have `volumes.enabled` switched on.",
                "volumes_disabled at volumes[1]: volumes are not enabled; cannot mount host paths: \"../../x:/x\" | Use a host volume with `volume_mount`, or have `volumes.enabled` switched on.",
            ],
        ),
        row(
            "the destination is an absolute path",
            json!({ "volumes": ["/srv:data"] }),
            json!({}),
            mounts(json!([bind("/srv", "data")])),
            &[
                "bad_mount_destination at volumes[0]: The destination \"data\" of a mount is not an absolute path. | Write \"/data\".",
            ],
        ),
        row(
            "options do not exclude each other",
            json!({ "volumes": ["/srv:/data:ro,rw,z,z"] }),
            json!({}),
            mounts(json!([with(bind("/srv", "/data"), json!(["ro", "rw", "z", "z"]))])),
            &[
                "conflicting_mount_options at volumes[0]: The mount options \"ro\" and \"rw\" exclude each other. | Keep the one that is meant.",
                "conflicting_mount_options at volumes[0]: The mount option \"z\" is given twice. | Keep the one that is meant.",
            ],
        ),
    ]
}

fn nomads() -> Vec<Row> {
    let facts = |mount: Json, plugin: Json| json!({ "nomad": { "mounts": [mount] }, "plugin": { "volumes": plugin } });
    let vol = |propagation: &str, label: &str| json!({ "task_path": "/vol", "host_path": "/opt/vol", "readonly": true, "propagation_mode": propagation, "selinux_label": label });
    let labelled = || json!({ "enabled": true, "selinuxlabel": "z" });
    let made = |options: Json| mounts(json!([with(bind("/opt/vol", "/vol"), options)]));
    vec![
        row(
            "propagation is Podman's word",
            json!({}),
            facts(vol("host-to-task", ""), json!({})),
            made(json!(["ro", "rslave"])),
            &[],
        ),
        row(
            "both ways is shared",
            json!({}),
            facts(vol("bidirectional", ""), json!({})),
            made(json!(["ro", "rshared"])),
            &[],
        ),
        row(
            "the plugin's label comes last",
            json!({}),
            facts(vol("private", ""), labelled()),
            made(json!(["ro", "rprivate", "z"])),
            &[],
        ),
        row(
            "the mount's own label wins",
            json!({}),
            facts(vol("", "Z"), labelled()),
            made(json!(["ro", "Z"])),
            &[],
        ),
        row(
            "a privileged task gets not even that one",
            json!({ "privileged": true }),
            facts(vol("", "Z"), json!({})),
            json!({ "privileged": true, "mounts": [with(bind("/opt/vol", "/vol"), json!(["ro"]))] }),
            &[PRIVILEGED],
        ),
        row(
            "an unknown propagation is told",
            json!({}),
            facts(vol("shared", ""), json!({})),
            made(json!(["ro"])),
            &["unknown_propagation: The mount at \"/vol\" has the unknown propagation \"shared\"."],
        ),
        row(
            "a relative place is refused",
            json!({}),
            facts(json!({ "task_path": "vol", "host_path": "/opt" }), json!({})),
            mounts(json!([bind("/opt", "vol")])),
            &[
                "bad_mount_destination: The destination \"vol\" of a mount is not an absolute path. | Write \"/vol\".",
            ],
        ),
    ]
}

fn tmpfs() -> Vec<Row> {
    let mount = |destination: &str| json!({ "type": "tmpfs", "destination": destination });
    vec![
        row(
            "folders in memory have no source",
            json!({ "tmpfs": ["/run", "/scratch:rw,size=64m"] }),
            json!({}),
            mounts(json!([mount("/run"), with(mount("/scratch"), json!(["rw", "size=64m"]))])),
            &[],
        ),
        row(
            "an unknown option is sent and told",
            json!({ "tmpfs": ["/scratch:banana"] }),
            json!({}),
            mounts(json!([with(mount("/scratch"), json!(["banana"]))])),
            &["unknown_tmpfs_option at tmpfs[0]: Podman is not known to have the mount option \"banana\"."],
        ),
        row(
            "the destination is absolute",
            json!({ "tmpfs": ["scratch:size=64m"] }),
            json!({}),
            json!({}),
            &[
                "bad_mount_destination at tmpfs[0]: invalid tmpfs \"scratch:size=64m\": the destination is not an absolute path",
            ],
        ),
        row(
            "what Nomad completes is not judged",
            json!({ "tmpfs": ["${meta.tmp}"] }),
            json!({}),
            json!({}),
            &[],
        ),
    ]
}

fn duplicates() -> Vec<Row> {
    let facts = json!({ "nomad": { "mounts": [{ "task_path": "/data", "host_path": "/opt" }] } });
    vec![row(
        "one place has one mount",
        json!({ "volumes": ["/a:/data", "/b:/x", "/c:/x/"], "tmpfs": ["/x"] }),
        facts,
        mounts(
            json!([bind("/a", "/data"), bind("/b", "/x"), bind("/c", "/x/"), bind("/opt", "/data"), { "type": "tmpfs", "destination": "/x" }]),
        ),
        &[
            "duplicate_mount_destination at volumes[0]: The destination \"/data\" is taken by a mount of Nomad's own: duplicate mount destination. | Give each mount its own destination.",
            "duplicate_mount_destination at volumes[2]: The destination \"/x\" is taken by `volumes[1]`: duplicate mount destination. | Give each mount its own destination.",
            "duplicate_mount_destination at tmpfs[0]: The destination \"/x\" is taken by `volumes[1]`: duplicate mount destination. | Give each mount its own destination.",
        ],
    )]
}

#[test]
fn the_allocations_folders_are_mounted() {
    check(&folders());
}

#[test]
fn volumes_are_paths_of_the_host_and_of_the_task() {
    check(&volumes());
}

#[test]
fn what_is_no_usable_volume_is_refused() {
    check(&refused_volumes());
}

#[test]
fn what_nomad_mounts_is_mounted() {
    check(&nomads());
}

#[test]
fn folders_can_live_in_memory() {
    check(&tmpfs());
}

#[test]
fn one_place_has_one_mount() {
    check(&duplicates());
}
