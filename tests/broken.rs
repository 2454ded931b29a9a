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

use jobs::{Setting, check_file, file_name, files_in, flat, id_name, root, settings_of};
use nomad_driver_podman::render::Translated;
use podman_driver_engine::diagnostic::Diagnostic;
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

/// A diagnostic as an expectation says it: the job's own lines have no file.
fn said(diagnostic: &Diagnostic, checked: &Translated) -> String {
    let place = match (&diagnostic.path, diagnostic.span) {
        (Some(path), _) => path.clone(),
        (None, Some(span)) => {
            let place = checked.files.place(span);
            if place.file == checked.name {
                format!("line {}", place.line)
            } else {
                let file = file_name(Path::new(place.file.trim_matches(['<', '>', ' '])));
                format!("line {} of {file}", place.line)
            }
        }
        (None, None) => "-".to_owned(),
    };
    format!("{} {place}", id_name(diagnostic))
}

/// All diagnostics of a broken job, and of a plugin's config with those of the smallest job under it.
fn raised(path: &Path, head: &Head) -> (Vec<String>, Vec<Diagnostic>) {
    let (checked, own) = if path.starts_with(root().join(AGENTS)) {
        let setting = Setting { plugin: Some(path.to_owned()), ..Setting::default() };
        let minimal = check_file(&root().join("examples/minimal.nomad.hcl"), &setting);
        (minimal, settings_of(&setting).diagnostics)
    } else {
        (check_file(path, &head.setting), Vec::new())
    };
    let problems: Vec<Diagnostic> =
        own.into_iter().chain(checked.problems().map(|(_, problem)| problem.clone())).collect();
    let mut said: Vec<String> = problems.iter().map(|problem| said(problem, &checked)).collect();
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

/// What no file with a head can be: what it raises, and its bytes, where it is there at all.
fn made() -> Vec<(&'static str, Option<Vec<u8>>)> {
    let mut large = b"# ".to_vec();
    large.resize(podman_driver_engine::jobspec::MAX_BYTES + 1, b'x');
    vec![
        ("file_empty line 1", Some(b" \n\t\n".to_vec())),
        ("file_not_text line 1", Some(b"job \"\xff\xfe\" {}\n".to_vec())),
        ("file_too_large line 1", Some(large)),
        ("file_unreadable line 1", None),
    ]
}

#[test]
fn a_file_that_is_no_job_file_raises_one_diagnostic() {
    let folder = tempfile::tempdir().unwrap();
    for (expected, bytes) in made() {
        let path = folder.path().join(format!("{}.nomad.hcl", first_word(expected)));
        if let Some(bytes) = bytes {
            std::fs::write(&path, bytes).unwrap();
        }
        assert_eq!(raised(&path, &Head::default()).0, [expected]);
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
fn a_diagnostic_of_an_option_has_a_place_in_a_file() {
    for path in cases() {
        for problem in raised(&path, &head(&path)).1.iter().filter(|problem| problem.path.is_some()) {
            // The smallest job says nothing of the option that a plugin without a default socket leaves it without.
            let unset = id_name(problem) == "unknown_socket" && path.starts_with(root().join(AGENTS));
            assert!(
                unset || problem.span.is_some_and(|span| span.end > span.start),
                "{}: {problem}",
                path.display()
            );
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
        jobs::used_by_job(path, &head(path).setting, options::TASK, &mut task);
    }
    let mut plugin = BTreeSet::new();
    for path in [files_in("examples/agent", &[".hcl"]), files_in(AGENTS, &[".hcl"])].concat() {
        let (config, _) = jobs::plugin_config(&path, &mut Files::default());
        jobs::used_options(options::PLUGIN, &config, &mut plugin);
    }
    for (whose, table, used) in [("task", options::TASK, &task), ("plugin", options::PLUGIN, &plugin)] {
        let all = flat(table).into_iter().map(|option| option.path);
        let unused: Vec<_> = all.filter(|path| !used.contains(path)).collect();
        assert!(unused.is_empty(), "no file uses these options of a {whose}: {unused:?}");
    }
    assert_eq!((task.len(), plugin.len()), (56, 28));
}

#[test]
fn the_examples_for_agents_are_fine() {
    for path in files_in("examples/agent", &[".hcl"]) {
        let setting = Setting { plugin: Some(path.clone()), ..Setting::default() };
        assert_eq!(settings_of(&setting).diagnostics, [], "{}", path.display());
    }
}
