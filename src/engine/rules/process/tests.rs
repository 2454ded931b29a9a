//! Behaviours of the rules of the process, as rows. What `port_map` adds to the environment is tested with the ports.

use serde_json::json;

use crate::rules::testing::{Row, check, row};

/// What a task says and gets of its process.
pub(crate) fn rows() -> Vec<Row> {
    let mut rows = commands();
    rows.extend(entrypoints());
    rows.extend(init_and_user());
    rows.extend(names());
    rows.extend(environment());
    rows
}

fn commands() -> Vec<Row> {
    let args = json!({ "command": "redis-server", "args": ["--port", "7000", ""] });
    vec![
        row(
            "arguments follow the command, empty ones too",
            args,
            json!({}),
            json!({ "command": ["redis-server", "--port", "7000", ""] }),
            &[],
        ),
        row(
            "arguments alone are the command",
            json!({ "args": ["--appendonly", "yes"] }),
            json!({}),
            json!({ "command": ["--appendonly", "yes"] }),
            &[],
        ),
        row(
            "what Nomad fills in goes on as it is",
            json!({ "args": ["${NOMAD_PORT_http}"] }),
            json!({}),
            json!({ "command": ["${NOMAD_PORT_http}"] }),
            &[],
        ),
    ]
}

fn entrypoints() -> Vec<Row> {
    vec![
        row(
            "an entrypoint is a list",
            json!({ "entrypoint": ["/bin/sh", "-c"] }),
            json!({}),
            json!({ "entrypoint": ["/bin/sh", "-c"] }),
            &[],
        ),
        row(
            "numbers in the list become text",
            json!({ "entrypoint": ["sleep", 5, true] }),
            json!({}),
            json!({ "entrypoint": ["sleep", "5", "true"] }),
            &[],
        ),
        row(
            "a text is a list of one, and told",
            json!({ "entrypoint": "/bin/sh -c" }),
            json!({}),
            json!({ "entrypoint": ["/bin/sh -c"] }),
            &[
                "entrypoint_string at entrypoint: `entrypoint` as a text is deprecated; it names one program. | Write `entrypoint = [\"/bin/sh\", \"-c\"]`.",
            ],
        ),
        row(
            "an empty list takes the image's away, and is told",
            json!({ "entrypoint": [] }),
            json!({}),
            json!({ "entrypoint": [] }),
            &[
                "entrypoint_empty at entrypoint: The empty list takes the image's entrypoint away. | Leave `entrypoint` away for the image's own.",
            ],
        ),
        row(
            "a number is no entrypoint",
            json!({ "entrypoint": 12 }),
            json!({}),
            json!({}),
            &["bad_entrypoint at entrypoint: invalid entrypoint type int64"],
        ),
        row(
            "a list in the list is none either",
            json!({ "entrypoint": ["sh", ["-c"]] }),
            json!({}),
            json!({ "entrypoint": ["sh"] }),
            &["bad_entrypoint at entrypoint[1]: invalid entrypoint type []interface {}"],
        ),
    ]
}

fn init_and_user() -> Vec<Row> {
    let path = "/usr/libexec/podman/catatonit";
    vec![
        row(
            "init has its path",
            json!({ "init": true, "init_path": path }),
            json!({}),
            json!({ "init": true, "init_path": path }),
            &[],
        ),
        row(
            "a path without init is told",
            json!({ "init_path": path }),
            json!({}),
            json!({ "init_path": path }),
            &[
                "init_path_without_init at init_path: `init_path` has no effect, since `init` is not true. | Add `init = true`, or leave `init_path` away.",
            ],
        ),
        row(
            "an init that is known only at run time is not judged",
            json!({ "init": "${meta.init}", "init_path": path }),
            json!({}),
            json!({ "init_path": path }),
            &[],
        ),
        row(
            "the user is the job's",
            json!({}),
            json!({ "nomad": { "user": "1000:1000" } }),
            json!({ "user": "1000:1000" }),
            &[],
        ),
    ]
}

fn names() -> Vec<Row> {
    const SAID: &str =
        "bad_container_name: The container cannot be named after the task \"web server\". | Rename the task.";
    let named = |name: &str| json!({ "name": format!("{name}-f8b2") });
    let task = |name: &str| json!({ "nomad": { "task_name": name, "alloc_id": "f8b2" } });
    vec![
        row(
            "the container is named after task and allocation",
            json!({}),
            task("cache_1.x-y"),
            named("cache_1.x-y"),
            &[],
        ),
        row("Podman's names have no spaces", json!({}), task("web server"), named("web server"), &[SAID]),
        row(
            "a name that is completed later is not judged",
            json!({}),
            task("${meta.name}"),
            named("${meta.name}"),
            &[],
        ),
    ]
}

fn environment() -> Vec<Row> {
    let env = json!({ "A": "1", "EMPTY": "", "UNI": "zażółć" });
    vec![row(
        "Nomad's environment goes on whole",
        json!({}),
        json!({ "nomad": { "env": env.clone() } }),
        json!({ "env": env }),
        &[],
    )]
}

#[test]
fn the_command_is_made_of_command_and_arguments() {
    check(&commands());
}

#[test]
fn the_entrypoint_is_a_list() {
    check(&entrypoints());
}

#[test]
fn init_and_user_are_passed_on() {
    check(&init_and_user());
}

#[test]
fn the_name_is_one_that_podman_takes() {
    check(&names());
}

#[test]
fn the_environment_is_nomads() {
    check(&environment());
}

#[test]
fn variables_that_port_map_redefines_are_left_to_it() {
    let facts = json!({ "nomad": { "env": { "NOMAD_PORT_my_web": "22000", "A": "1" }, "networks": [{ "ip": "192.0.2.7" }] } });
    let translation =
        crate::rules::testing::Setting::new(&json!({ "port_map": { "my-web": 80 } }), &facts).translate();
    let nomads = translation.provenance.of("env").filter(|origin| origin.rule() == "process.environment");
    let paths: Vec<String> = nomads.map(|origin| origin.path()).collect();
    assert_eq!(paths, ["env.A"]);
}
