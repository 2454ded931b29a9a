//! Broken job files and plugin configs, each with what it has to raise in its own head: to add a case is to add a
//! file. In a head, each on a line of its own:
//!
//! - `expect: NAME PLACE`: a diagnostic by its name in the data, and the path of the option, or `line N` of the file
//!   (`line N of FILE` for another one), or `-` where there is no place;
//! - `facts: {"host": …, "nomad": …}`: what differs from what is assumed;
//! - `plugin: FILE`: the agent's file with the plugin's config, from the folder of the case;
//! - `var: NAME=VALUE` and `var-file: FILE`: as the flags of that name.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/jobs.rs"]
mod jobs;

use std::collections::BTreeSet;
use std::path::Path;

use jobs::{Checked, Setting, check_bytes, check_file, files_in, id_name, root};
use podman_driver_engine::diagnostic::{Diagnostic, Severity};
use podman_driver_engine::generated::{diagnostics, options};
use podman_driver_engine::source::Files;

const JOBS: &str = "tests/broken";
const AGENTS: &str = "tests/broken/agent";

/// What stands in a file's head.
#[derive(Default)]
struct Head {
    expected: Vec<String>,
    setting: Setting,
}

fn head(path: &Path) -> Head {
    let bytes = std::fs::read(path).unwrap();
    let mut head = Head::default();
    for line in String::from_utf8_lossy(&bytes).lines() {
        let line =
            line.trim().trim_start_matches("\"//\": \"").trim_start_matches("# ").trim_end_matches("\",");
        let Some((word, rest)) = line.split_once(": ") else { continue };
        let beside = || path.parent().unwrap().join(rest);
        match word {
            "expect" => head.expected.push(rest.to_owned()),
            "facts" => head.setting.facts = serde_json::from_str(rest).unwrap(),
            "plugin" => head.setting.plugin = Some(beside()),
            "var" => {
                let (name, value) = rest.split_once('=').unwrap();
                head.setting.variables.push((name.to_owned(), value.to_owned()));
            }
            "var-file" => head.setting.variable_files.push(beside()),
            _ => {}
        }
    }
    head.expected.sort();
    head
}

/// A diagnostic as an expectation says it.
fn said(diagnostic: &Diagnostic, files: &Files) -> String {
    let place = match (&diagnostic.path, diagnostic.span) {
        (Some(path), _) => path.clone(),
        (None, Some(span))
            if files.name(span.file).ends_with(".nomad.hcl") || files.name(span.file).ends_with(".json") =>
        {
            format!("line {}", files.place(span).line)
        }
        (None, Some(span)) => {
            let place = files.place(span);
            let file =
                place.file.rsplit('/').next().unwrap().trim_end_matches([' ', '>']).trim_start_matches('<');
            format!("line {} of {file}", place.line)
        }
        (None, None) => "-".to_owned(),
    };
    format!("{} {place}", id_name(diagnostic))
}

fn all_said(checked: &Checked) -> Vec<String> {
    let tasks = checked.tasks.iter().flat_map(|task| &task.problems);
    let mut said: Vec<String> =
        checked.problems.iter().chain(tasks).map(|diagnostic| said(diagnostic, &checked.files)).collect();
    said.sort();
    said
}

/// All diagnostics of a broken job, and of a plugin's config with those of the smallest job under it.
fn raised(path: &Path, head: &Head) -> (Vec<String>, Vec<Diagnostic>) {
    if !path.starts_with(root().join(AGENTS)) {
        let checked = check_file(path, &head.setting);
        let problems = checked.tasks.iter().flat_map(|task| &task.problems).chain(&checked.problems);
        return (all_said(&checked), problems.cloned().collect());
    }
    let mut problems = jobs::decode_plugin(path).1;
    let setting = Setting { plugin: Some(path.to_owned()), ..Setting::default() };
    let minimal = check_file(&root().join("examples/minimal.nomad.hcl"), &setting);
    problems.extend(minimal.tasks.into_iter().flat_map(|task| task.problems));
    let mut said: Vec<String> = problems.iter().map(|problem| said(problem, &Files::default())).collect();
    said.sort();
    (said, problems)
}

fn cases() -> Vec<std::path::PathBuf> {
    [files_in(JOBS, &[".nomad.hcl", ".nomad.json"]), files_in(AGENTS, &[".hcl"])].concat()
}

#[test]
fn each_broken_file_raises_what_its_head_says() {
    let mut wrong = Vec::new();
    for path in cases() {
        let head = head(&path);
        let (said, problems) = raised(&path, &head);
        if said != head.expected {
            let shown: Vec<String> = problems.iter().map(|problem| format!("    {problem}")).collect();
            wrong.push(format!(
                "{}\n  expected {:?}\n  raised   {said:?}\n{}",
                path.strip_prefix(root()).unwrap().display(),
                head.expected,
                shown.join("\n")
            ));
        }
    }
    assert!(wrong.is_empty(), "{} files:\n{}", wrong.len(), wrong.join("\n"));
}

/// What no file with a head can be.
fn made() -> Vec<(&'static str, Vec<u8>)> {
    let mut large = b"# ".to_vec();
    large.resize(podman_driver_engine::jobspec::MAX_BYTES + 1, b'x');
    vec![
        ("file_empty line 1", b" \n\t\n".to_vec()),
        ("file_not_text line 1", b"job \"\xff\xfe\" {}\n".to_vec()),
        ("file_too_large line 1", large),
    ]
}

#[test]
fn a_file_that_is_no_job_file_raises_one_diagnostic() {
    for (expected, bytes) in made() {
        let checked = check_bytes(&root().join("tests/broken/made.nomad.hcl"), &bytes, &Setting::default());
        assert_eq!(all_said(&checked), [expected]);
    }
}

#[test]
fn a_message_says_what_where_and_with_the_severity_of_its_entry() {
    for path in cases() {
        for problem in raised(&path, &head(&path)).1 {
            let shown = format!("{}: {problem}", path.display());
            let entry = diagnostics::ALL.iter().find(|entry| entry.id == problem.id).unwrap();
            assert_eq!(problem.severity, entry.severity, "{shown}");
            assert!(problem.message.chars().count() > 12, "{shown}");
            assert!(!shown.contains("hunter2"), "a password is shown: {shown}");
        }
    }
}

#[test]
fn a_diagnostic_of_an_option_has_a_place_in_the_file() {
    for path in files_in(JOBS, &[".nomad.hcl"]) {
        let checked = check_file(&path, &head(&path).setting);
        for problem in checked.tasks.iter().flat_map(|task| &task.problems) {
            let of_the_plugin = problem.path.as_deref().is_some_and(|path| path.starts_with("dns_servers"));
            if let (Some(option), false) = (&problem.path, of_the_plugin) {
                let span = problem.span.unwrap_or_else(|| panic!("{}: {problem}", path.display()));
                let text = checked.files.snippet(span);
                assert!(!text.trim().is_empty(), "{}: the place of {option} is empty", path.display());
            }
        }
    }
}

#[test]
fn every_diagnostic_is_raised_by_a_broken_file() {
    let mut raised: BTreeSet<String> = made().into_iter().map(|(expected, _)| first_word(expected)).collect();
    for path in cases() {
        raised.extend(head(&path).expected.iter().map(|expected| first_word(expected)));
    }
    let missing: Vec<_> =
        diagnostics::ALL.iter().map(|entry| entry.name).filter(|name| !raised.contains(*name)).collect();
    assert!(missing.is_empty(), "no file in {JOBS} raises {missing:?}");
}

fn first_word(text: &str) -> String {
    text.split(' ').next().unwrap().to_owned()
}

#[test]
fn examples_and_broken_jobs_use_every_option() {
    let jobs =
        [files_in("examples", &[".nomad.hcl", ".nomad.json"]), files_in(JOBS, &[".nomad.hcl"])].concat();
    let mut task = BTreeSet::new();
    for path in &jobs {
        let checked = check_file(path, &head(path).setting);
        task.extend(checked.tasks.into_iter().flat_map(|task| task.options));
    }
    let mut plugin = BTreeSet::new();
    for path in [files_in("examples/agent", &[".hcl"]), files_in(AGENTS, &[".hcl"])].concat() {
        jobs::used_options(options::PLUGIN, &jobs::plugin_config(&path).0, &mut plugin);
    }
    assert_eq!(unused(options::TASK, &task), [""; 0], "options of a task that no job uses");
    assert_eq!(unused(options::PLUGIN, &plugin), [""; 0], "options of the plugin that no agent's file uses");
    assert_eq!((task.len(), plugin.len()), (54, 22));
}

fn unused(
    table: &'static [podman_driver_engine::config::option::OptionInfo],
    used: &BTreeSet<&'static str>,
) -> Vec<&'static str> {
    let nested = table.iter().flat_map(|option| unused(option.options, used));
    let own = table.iter().map(|option| option.path).filter(|path| !used.contains(path));
    own.chain(nested).collect()
}

#[test]
fn the_examples_for_agents_are_fine() {
    for path in files_in("examples/agent", &[".hcl"]) {
        let problems = jobs::decode_plugin(&path).1;
        assert!(problems.iter().all(|problem| problem.severity == Severity::Warning), "{problems:?}");
        assert_eq!(
            problems.iter().map(ToString::to_string).collect::<Vec<_>>(),
            [""; 0],
            "{}",
            path.display()
        );
    }
}
