//! What the shipped examples become. Two specs are shown whole, the smallest job's and the web service's; of the
//! others a snapshot has what differs from the smallest job, with the pull plan and whatever `check` says.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/jobs.rs"]
mod jobs;

use std::collections::BTreeMap;
use std::path::Path;

use jobs::{Setting, check_file, file_name, files_in, id_name, root, settings_of, short_name};
use nomad_driver_podman::render::{Translated, TranslatedTask, redacted, translate_text};
use podman_driver_engine::diagnostic::{Diagnostic, Severity};
use podman_driver_engine::pull::{ImageSource, PullPlan, PullPolicy, SourceLocation};
use podman_driver_engine::source::Files;
use serde_json::{Value as Json, json};

/// Most lines that a task may differ in: an example that shows more shows too much.
const LINES: usize = 25;

/// What an example says of the client that it is meant for, as its head describes it.
fn setting(name: &str) -> Setting {
    let agent = |file: &str| Some(root().join("examples/agent").join(file));
    let host = |facts: Json| json!({ "host": facts });
    let usual = Setting::default();
    match name {
        "elasticsearch" => {
            Setting { facts: host(json!({"cgroup_version": "v1", "cgroup_manager": "cgroupfs"})), ..usual }
        }
        "registry-auth" => {
            Setting { variables: vec![("registry_password".to_owned(), "hunter2".to_owned())], ..usual }
        }
        "rootless" => {
            Setting { facts: host(json!({"rootless": true})), plugin: agent("plugin.hcl"), ..usual }
        }
        "static-address" => Setting { facts: host(json!({"networks": ["podman", "lan"]})), ..usual },
        _ => usual,
    }
}

fn examples() -> Vec<std::path::PathBuf> {
    let mut all = files_in("examples", &[".nomad.hcl", ".nomad.json"]);
    all.retain(|path| short_name(path) != "broken");
    all
}

fn checked(name: &str) -> Translated {
    let path = examples().into_iter().find(|path| short_name(path) == name).unwrap();
    check_file(&path, &setting(name))
}

/// The spec without what Nomad itself puts into the environment.
fn spec(task: &TranslatedTask) -> Json {
    let mut spec = redacted(&task.translation.spec, false);
    if let Some(Json::Object(env)) = spec.get_mut("env") {
        env.retain(|name, value| {
            !name.starts_with("NOMAD_") || task.nomad.env.get(name).map(String::as_str) != value.as_str()
        });
    }
    spec
}

/// The spec of the smallest job in the same setting and under the names of another one, so that names and folders
/// make no difference.
fn smallest(job: &str, task: &TranslatedTask, setting: &Setting) -> Json {
    let path = root().join("examples/minimal.nomad.hcl");
    let text = std::fs::read_to_string(&path).unwrap();
    let text = text
        .replace("job \"minimal\"", &format!("job \"{job}\""))
        .replace("group \"app\"", &format!("group \"{}\"", task.group))
        .replace("task \"app\"", &format!("task \"{}\"", task.task));
    let setting = Setting { variables: Vec::new(), ..setting.clone() };
    spec(&translate_text("minimal.nomad.hcl", &text, &settings_of(&setting)).tasks[0])
}

/// Lines for what is there and not in the base (`+`), gone (`-`), or other (`~`). Lists and maps count by element.
fn difference(path: &str, base: &Json, spec: &Json, lines: &mut Vec<String>) {
    match (base, spec) {
        _ if base == spec => {}
        (Json::Object(base), Json::Object(spec)) => {
            let names: BTreeMap<_, ()> = base.keys().chain(spec.keys()).map(|name| (name, ())).collect();
            for name in names.into_keys() {
                let inner = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                let of =
                    |object: &serde_json::Map<String, Json>| object.get(name).cloned().unwrap_or_default();
                difference(&inner, &of(base), &of(spec), lines);
            }
        }
        (Json::Null, Json::Object(entries))
            if !entries.values().any(|it| it.is_object() || it.is_array()) =>
        {
            difference(path, &json!({}), spec, lines)
        }
        (Json::Array(_) | Json::Null, Json::Array(items)) if items.iter().any(Json::is_object) => {
            let base = base.as_array().cloned().unwrap_or_default();
            let only = |these: &[Json], those: &[Json], sign: &str, lines: &mut Vec<String>| {
                let only = these.iter().filter(|item| !those.contains(item));
                lines.extend(only.map(|item| format!("{sign} {path}[]: {item}")));
            };
            only(&base, items, "-", lines);
            only(items, &base, "+", lines);
        }
        (Json::Null, _) => lines.push(format!("+ {path}: {spec}")),
        (_, Json::Null) => lines.push(format!("- {path}: {base}")),
        _ => lines.push(format!("~ {path}: {base} → {spec}")),
    }
}

/// What of a pull plan is not the usual: from a registry, if missing, within five minutes, verified.
fn plan(plan: &PullPlan) -> Vec<String> {
    let mut lines = Vec::new();
    match &plan.source {
        ImageSource::Registry(_) => {}
        ImageSource::Archive(archive) => {
            lines.push(match &archive.location {
                SourceLocation::Absolute(path) => format!("load: {path}"),
                SourceLocation::InTaskFolder { folder, path } => format!("load: {path} in {folder}"),
                SourceLocation::Url(url) => format!("load: {url}"),
            });
            lines.extend(archive.checksum.as_ref().map(|hex| format!("load: with SHA-256 {hex}")));
        }
    }
    if plan.policy == PullPolicy::Always {
        lines.push("pull: at each start".to_owned());
    }
    if !plan.platform.is_host() {
        let platform = &plan.platform;
        lines.push(format!("pull: for {}/{}/{}", platform.os, platform.arch, platform.variant));
    }
    if plan.timeout.as_secs() != 300 {
        lines.push(format!("pull: within {:?}", plan.timeout));
    }
    if let Some(login) = &plan.login {
        lines.push(format!("pull: as {} with {:?}", login.username, login.password));
    }
    if let Some(file) = &plan.auth_file {
        lines.push(format!("pull: credentials in {file}"));
    }
    if let Some(helper) = &plan.helper {
        lines.push(format!("pull: credentials of {helper}"));
    }
    if plan.soft_fail {
        lines.push("pull: without credentials where a source of them fails".to_owned());
    }
    if !plan.tls_verify {
        lines.push("pull: any certificate".to_owned());
    }
    lines
}

fn shown(diagnostic: &Diagnostic, files: &Files) -> String {
    let severity = if diagnostic.is_error() { "error" } else { "warning" };
    let place = diagnostic.span.map_or_else(String::new, |span| {
        let place = files.place(span);
        format!("{}:{}:{}: ", file_name(Path::new(&place.file)), place.line, place.column)
    });
    format!("{place}{severity}: {diagnostic}")
}

/// A task's problems in the order of the file.
fn all_shown(task: &TranslatedTask, files: &Files) -> Vec<String> {
    let mut problems: Vec<&Diagnostic> = task.diagnostics.iter().collect();
    problems.sort_by_key(|problem| problem.span);
    problems.into_iter().map(|problem| shown(problem, files)).collect()
}

/// A task as its snapshot has it.
fn described(job: &str, task: &TranslatedTask, setting: &Setting, files: &Files) -> Vec<String> {
    let mut lines = Vec::new();
    difference("", &smallest(job, task, setting), &spec(task), &mut lines);
    lines.extend(task.translation.pull.iter().flat_map(plan));
    lines.extend(all_shown(task, files));
    lines
}

fn job_name(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let after =
        if path.extension().is_some_and(|it| it == "json") { "\"job\": {\n    \"" } else { "\njob \"" };
    text.split_once(after).unwrap().1.split('"').next().unwrap().to_owned()
}

#[test]
fn the_smallest_job_and_the_web_service_as_whole_specs() {
    for name in ["minimal", "web"] {
        let checked = checked(name);
        assert_eq!(checked.diagnostics, []);
        insta::assert_snapshot!(
            format!("{name}-whole"),
            serde_json::to_string_pretty(&redacted(&checked.tasks[0].translation.spec, false)).unwrap()
        );
    }
}

#[test]
fn examples_differ_from_the_smallest_job_in_what_they_show() {
    for path in examples() {
        let name = short_name(&path);
        if name == "minimal" || name == "web" {
            continue;
        }
        let checked = check_file(&path, &setting(&name));
        assert_eq!(checked.diagnostics, [], "{name}");
        assert!(!checked.tasks.is_empty(), "{name} has a podman task");
        let mut text = Vec::new();
        for task in &checked.tasks {
            let lines = described(&job_name(&path), task, &setting(&name), &checked.files);
            assert!(lines.len() <= LINES, "{name}: {} differs in {} lines", task.task, lines.len());
            text.push(format!("# {}/{}\n{}\n", task.group, task.task, lines.join("\n")));
        }
        insta::assert_snapshot!(name, text.join("\n"));
    }
}

#[test]
fn the_agents_config_changes_the_smallest_job() {
    let mut text = Vec::new();
    for path in files_in("examples/agent", &[".hcl"]) {
        let setting = Setting { plugin: Some(path.clone()), ..Setting::default() };
        let checked = check_file(&root().join("examples/minimal.nomad.hcl"), &setting);
        let task = &checked.tasks[0];
        let lines = described("minimal", task, &Setting::default(), &checked.files);
        assert!(lines.len() <= LINES);
        text.push(format!("# {}\n{}\n", short_name(&path), lines.join("\n")));
    }
    insta::assert_snapshot!("agent", text.join("\n"));
}

#[test]
fn examples_are_fine_but_for_what_they_warn_of_themselves() {
    for path in examples() {
        let name = short_name(&path);
        let checked = check_file(&path, &setting(&name));
        let problems: Vec<&Diagnostic> = checked
            .diagnostics
            .iter()
            .chain(checked.tasks.iter().flat_map(|task| &task.diagnostics))
            .collect();
        assert!(problems.iter().all(|problem| problem.severity == Severity::Warning), "{name}: {problems:?}");
        let expected: &[&str] = match name.as_str() {
            "port-map" => &["deprecated_option"],
            _ => &[],
        };
        assert_eq!(
            problems.iter().map(|problem| id_name(problem)).collect::<Vec<_>>(),
            expected,
            "{name}: {problems:?}"
        );
    }
}

#[test]
fn the_broken_example_has_ten_mistakes() {
    let path = root().join("examples/broken.nomad.hcl");
    let checked = check_file(&path, &Setting::default());
    assert_eq!(checked.diagnostics, []);
    let lines: Vec<String> = checked.tasks.iter().flat_map(|task| all_shown(task, &checked.files)).collect();
    insta::assert_snapshot!("broken", lines.join("\n"));
    assert_eq!(lines.len(), 10);
    assert!(!lines.concat().contains("hunter2"));
}

#[test]
fn no_snapshot_is_left_over() {
    let known: Vec<String> = examples()
        .iter()
        .map(|path| short_name(path))
        .chain(["agent".to_owned(), "broken".to_owned()])
        .collect();
    for path in files_in("tests/snapshots", &[".snap"]) {
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        let Some(name) = file.strip_prefix("examples__") else { continue };
        let name = name.trim_end_matches(".snap").trim_end_matches("-whole").to_owned();
        assert!(known.contains(&name), "{file} belongs to no example");
    }
}
