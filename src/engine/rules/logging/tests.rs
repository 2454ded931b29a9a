//! Behaviours of the rule of logging, as rows. Reading the journal is not tested here.

use serde_json::{Value as Json, json};

use crate::rules::testing::{Row, check, row};

/// What a task says and gets of logging.
pub(crate) fn rows() -> Vec<Row> {
    let mut rows = drivers();
    rows.extend(options());
    rows.extend(split());
    rows
}

fn plugin(logging: Json) -> Json {
    json!({ "plugin": { "logging": logging } })
}

fn log(options: Json) -> Json {
    json!({ "log_configuration": options })
}

fn drivers() -> Vec<Row> {
    let journald = || json!({ "logging": { "driver": "journald" } });
    vec![
        row(
            "Nomad's driver writes to Nomad's pipe",
            json!({ "logging": { "driver": "nomad" } }),
            json!({ "nomad": { "stdout_path": "/x/.web.stdout.fifo" } }),
            log(json!({ "path": "/x/.web.stdout.fifo" })),
            &[],
        ),
        row(
            "journald has a driver and no path",
            journald(),
            json!({ "nomad": { "stdout_path": "/x" } }),
            log(json!({ "driver": "journald" })),
            &[],
        ),
        row(
            "a task without a block has the plugin's",
            json!({}),
            plugin(json!({ "driver": "journald", "options": { "tag": "x" } })),
            log(json!({ "driver": "journald", "options": { "tag": "x" } })),
            &[],
        ),
        row(
            "an empty block is none",
            json!({ "logging": {} }),
            plugin(json!({ "driver": "journald" })),
            log(json!({ "driver": "journald" })),
            &[],
        ),
        row(
            "the task's block wins",
            json!({ "logging": { "driver": "nomad" } }),
            plugin(json!({ "driver": "journald" })),
            json!({}),
            &[],
        ),
        row(
            "without collection Podman's own driver counts",
            json!({}),
            json!({ "plugin": { "disable_log_collection": true } }),
            log(json!({ "driver": null })),
            &[],
        ),
        row(
            "and a task that asks for Nomad's is told",
            json!({ "logging": { "driver": "nomad" } }),
            json!({ "plugin": { "disable_log_collection": true } }),
            log(json!({ "driver": null })),
            &[
                "log_collection_off at logging.driver: The plugin on this client collects no output, so that Nomad shows none of this task. | Use `journald`, or have `disable_log_collection` switched off.",
            ],
        ),
        row(
            "journald stays without collection",
            journald(),
            json!({ "plugin": { "disable_log_collection": true } }),
            log(json!({ "driver": "journald" })),
            &[],
        ),
        row(
            "another driver is refused",
            json!({ "logging": { "driver": "syslog" } }),
            json!({}),
            log(json!({ "driver": null })),
            &[
                "bad_log_driver at logging.driver: Invalid task logging.driver option. There is no log driver \"syslog\".",
            ],
        ),
        row(
            "the likely word is told",
            json!({ "logging": { "driver": "journal" } }),
            json!({}),
            log(json!({ "driver": null })),
            &[
                "bad_log_driver at logging.driver: Invalid task logging.driver option. There is no log driver \"journal\". | Did you mean `journald`?",
            ],
        ),
        row(
            "so is what docker calls it",
            json!({ "logging": { "driver": "json-file" } }),
            json!({}),
            log(json!({ "driver": null })),
            &[
                "bad_log_driver at logging.driver: Invalid task logging.driver option. There is no log driver \"json-file\". | `nomad` is what json-file is elsewhere.",
            ],
        ),
        row(
            "a bad driver of the plugin stops the task",
            json!({}),
            plugin(json!({ "driver": "syslog" })),
            log(json!({ "driver": null })),
            &[
                "bad_plugin_log_driver at logging.driver: Invalid plugin logging.driver option. There is no log driver \"syslog\".",
            ],
        ),
        row(
            "a driver that is known only at run time is not judged",
            json!({ "logging": { "driver": "${meta.log}" } }),
            json!({}),
            log(json!({ "driver": "${meta.log}" })),
            &[],
        ),
    ]
}

fn options() -> Vec<Row> {
    const NONE: &str = "The log driver `nomad` has no options. | Use the task's `logs` block for sizes, or the driver `journald` for a tag.";
    let tag = || json!({ "logging": { "options": { "tag": "redis" } } });
    vec![
        row(
            "options of Nomad's driver are sent and told",
            json!({ "logging": { "driver": "nomad", "options": { "max-size": "10m" } } }),
            json!({}),
            log(json!({ "options": { "max-size": "10m" } })),
            leak(format!("log_options_without_effect at logging.options: {NONE}")),
        ),
        row(
            "those of the plugin too",
            json!({}),
            plugin(json!({ "driver": "nomad", "options": { "a": "b" } })),
            log(json!({ "options": { "a": "b" } })),
            leak(format!("log_options_without_effect at logging.options: {NONE}")),
        ),
        row(
            "without collection they may have an effect",
            tag(),
            json!({ "plugin": { "disable_log_collection": true } }),
            log(json!({ "driver": null, "options": { "tag": "redis" } })),
            &[],
        ),
        row(
            "options without a driver do not take the plugin's",
            tag(),
            plugin(json!({ "driver": "journald" })),
            log(json!({ "options": { "tag": "redis" } })),
            &[
                "log_driver_not_inherited at logging.options: The block has options and no driver, so that the driver is `nomad` and not the plugin's `journald`. | Add `driver = \"journald\"`.",
            ],
        ),
        row(
            "Podman 6 refuses a tag without journald",
            tag(),
            json!({ "host": { "podman_version": "6.0.0" } }),
            log(json!({ "options": { "tag": "redis" } })),
            &[
                "log_tag_refused at logging.options.tag: Podman 6 refuses the log option `tag` unless the driver is `journald`. | Leave the tag away, or write `driver = \"journald\"`.",
            ],
        ),
        row(
            "journald knows a tag and nothing else",
            json!({ "logging": { "driver": "journald", "options": { "tag": "a", "tags": "b", "max-size": "1m" } } }),
            json!({}),
            log(json!({ "driver": "journald", "options": { "tag": "a", "tags": "b", "max-size": "1m" } })),
            &[
                "unknown_log_option at logging.options.max-size: The log driver `journald` does not know the option \"max-size\".",
                "unknown_log_option at logging.options.tags: The log driver `journald` does not know the option \"tags\". | Did you mean `tag`?",
            ],
        ),
    ]
}

fn split() -> Vec<Row> {
    let folder = || json!({ "nomad": { "stdout_path": "/x/.web.stdout.fifo", "task_dir": "/a/web" } });
    let file = || log(json!({ "path": "/a/web/.output.log", "size": 1_i64 << 60 }));
    vec![
        row(
            "a task that is split writes to a file in its folder, which is never begun anew",
            json!({ "logging": { "split": true } }),
            folder(),
            file(),
            &[],
        ),
        row(
            "with the driver it is the same",
            json!({ "logging": { "driver": "nomad", "split": true } }),
            folder(),
            file(),
            &[],
        ),
        row(
            "the plugin can ask for it",
            json!({}),
            json!({ "plugin": { "logging": { "split": true } }, "nomad": { "stdout_path": "/x", "task_dir": "/a/web" } }),
            file(),
            &[],
        ),
        row(
            "a task's driver takes the plugin's split away",
            json!({ "logging": { "driver": "nomad" } }),
            json!({ "plugin": { "logging": { "split": true } }, "nomad": { "stdout_path": "/x", "task_dir": "/a/web" } }),
            log(json!({ "path": "/x" })),
            &[],
        ),
        row(
            "a task that is split does not log to the plugin's journal",
            json!({ "logging": { "split": true } }),
            json!({ "plugin": { "logging": { "driver": "journald" } }, "nomad": { "task_dir": "/a/web" } }),
            file(),
            &[],
        ),
        row(
            "journald splits by itself",
            json!({ "logging": { "driver": "journald", "split": true } }),
            folder(),
            log(json!({ "driver": "journald" })),
            &[
                "split_without_effect at logging.split: The log driver `journald` gives Nomad two streams of clean lines anyway. | Leave `split` away, or use `driver = \"nomad\"`.",
            ],
        ),
        row(
            "nothing is split that is not collected",
            json!({ "logging": { "split": true } }),
            json!({ "plugin": { "disable_log_collection": true } }),
            log(json!({ "driver": null })),
            &[
                "log_collection_off at logging.split: The plugin on this client collects no output, so that Nomad shows none of this task. | Use `journald`, or have `disable_log_collection` switched off.",
            ],
        ),
    ]
}

/// One expected diagnostic that shares its text with another row.
fn leak(text: String) -> &'static [&'static str] {
    Box::leak(Box::new([&*text.leak()]))
}

#[test]
fn the_driver_is_the_tasks_or_the_plugins() {
    check(&drivers());
}

#[test]
fn split_output_goes_to_a_file() {
    check(&split());
}

#[test]
fn options_that_do_nothing_are_told() {
    check(&options());
}
