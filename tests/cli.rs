//! The tool as a user meets it: exit codes, what goes to which stream, flags in both spellings, odd input.
//! What a task becomes is tested with the rules; here a few members stand for all.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/tool.rs"]
mod tool;

use insta::assert_snapshot;
use serde_json::{Value, json};
use tool::{Folder, Run, job};

const GOOD: &str = "        image = \"docker.io/library/redis:7\"";
const BAD: &str = "        image    = \"docker.io/library/redis:7\"\n        work_dir = \"/srv\"";

/// Runs the tool on one job file, `a.nomad.hcl`.
fn check(text: &str, arguments: &[&str]) -> Run {
    Folder::with(&[("a.nomad.hcl", text)]).run(arguments)
}

fn json_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn exit_codes_say_what_happened() {
    let files = Folder::with(&[
        ("good.nomad", &job(GOOD)),
        ("bad.nomad", &job(BAD)),
        ("warned.nomad", &job(&format!("{GOOD}\n        entrypoint = \"/bin/sh\""))),
        (
            "none.nomad",
            "job \"x\" {\n  group \"g\" {\n    task \"t\" {\n      driver = \"docker\"\n    }\n  }\n}\n",
        ),
    ]);
    for (arguments, code) in [
        (&["check", "good.nomad"][..], 0),
        (&["check", "warned.nomad"], 0),
        (&["check", "bad.nomad"], 1),
        (&["check", "good.nomad", "bad.nomad"], 1),
        (&["check", "none.nomad"], 0),
        (&["check", "missing.nomad"], 2),
        (&["check", "bad.nomad", "missing.nomad"], 2),
        (&["check", "--no-such-flag"], 2),
        (&["check"], 2),
        (&["render", "good.nomad"], 0),
        (&["render", "warned.nomad"], 0),
        (&["render", "bad.nomad"], 1),
        (&["render", "missing.nomad"], 2),
        (&["render", "none.nomad"], 2),
        (&["render", "good.nomad", "--facts", "missing.json"], 2),
        (&["render", "good.nomad", "--podman-version", "new"], 2),
        (&["render", "good.nomad", "--host", "unix:///no/such/socket"], 2),
        (&["explain", "PDR0101"], 0),
        (&["explain", "no_such_thing_at_all"], 2),
        (&["--help"], 0),
        (&["--version"], 0),
    ] {
        let run = files.run(arguments);
        assert_eq!(run.code, code, "{arguments:?}: {run:?}");
        assert!(!run.err.is_empty() || !run.out.is_empty(), "{arguments:?} says nothing");
    }
}

#[test]
fn with_problems_nothing_is_rendered() {
    let run = check(&job(BAD), &["render", "a.nomad.hcl"]);
    assert_eq!(run.out, "");
    assert_snapshot!(run.err, @r#"
    error[PDR0102]: Invalid label: No argument or block type is named "work_dir".
     --> a.nomad.hcl:8:9
      |
    8 |         work_dir = "/srv"
      |         ^^^^^^^^
      |
      = help: The docker driver's `work_dir` is called `working_dir` here.
    "#);
}

#[test]
fn one_task_is_the_spec_and_several_are_a_list() {
    let text = "job \"j\" {\n  group \"g\" {\n    task \"a\" {\n      driver = \"podman\"\n      config {\n        image = \"x\"\n      }\n    }\n    task \"b\" {\n      driver = \"podman\"\n      config {\n        image = \"y\"\n      }\n    }\n  }\n}\n";
    let files = Folder::with(&[("j.nomad", text)]);
    let all = json_of(&files.run(&["render", "j.nomad"]).out);
    let names: Vec<&Value> = all.as_array().unwrap().iter().map(|entry| &entry["task"]).collect();
    assert_eq!(names, ["a", "b"]);
    assert_eq!(all[1]["spec"]["image"], "y");
    let one = json_of(&files.run(&["render", "j.nomad", "--task", "b"]).out);
    assert_eq!(one["image"], "y");
    let none = files.run(&["render", "j.nomad", "--group", "h"]);
    assert_eq!((none.code, none.out.as_str()), (2, ""));
}

#[test]
fn variables_come_in_every_spelling_that_nomad_has() {
    let text =
        format!("variable \"tag\" {{\n  default = \"1\"\n}}\n{}", job("        image = \"r:${var.tag}\""));
    let files = Folder::with(&[("a.nomad.hcl", &text), ("v.hcl", "tag = \"file\"")]);
    for (arguments, environment, image) in [
        (&[][..], &[][..], "r:1"),
        (&["-var", "tag=2"], &[], "r:2"),
        (&["--var", "tag=2"], &[], "r:2"),
        (&["-var=tag=2"], &[], "r:2"),
        (&["-var-file", "v.hcl"], &[], "r:file"),
        (&["--var-file=v.hcl"], &[], "r:file"),
        (&["-var-file=v.hcl", "-var", "tag=2"], &[], "r:2"),
        (&[], &[("NOMAD_VAR_tag", "env")], "r:env"),
    ] {
        let arguments = [&["render", "a.nomad.hcl"], arguments].concat();
        let run = files.run_with(&arguments, "", environment);
        assert_eq!(json_of(&run.out)["image"], image, "{arguments:?}: {}", run.err);
    }
}

#[test]
fn facts_come_from_flags_and_from_a_file() {
    let facts =
        json!({ "nomad": { "alloc_id": "a1", "memory_mb": 64 }, "host": { "podman_version": "4.3.1" } });
    let files = Folder::with(&[("a.nomad.hcl", &job(GOOD)), ("f.json", &facts.to_string())]);
    let spec = json_of(&files.run(&["render", "a.nomad.hcl", "--facts", "f.json"]).out);
    assert_eq!(spec["name"], "server-a1");
    let wrong = Folder::with(&[("a.nomad.hcl", &job(GOOD)), ("f.json", "{\"hosts\": {}}")]);
    let run = wrong.run(&["render", "a.nomad.hcl", "--facts", "f.json"]);
    assert_snapshot!(run.err, @"error: f.json holds no facts: unknown field `hosts`, expected one of `host`, `nomad`, `plugin` at line 1 column 8.");
}

#[test]
fn facts_that_were_printed_give_the_same_spec() {
    let text = format!("{GOOD}\n        hostname = \"h\"");
    let plugin = "plugin \"nomad-driver-podman\" {\n  config {\n    extra_labels = [\"task_name\"]\n  }\n}\n";
    let files = Folder::with(&[("a.nomad.hcl", &job(&text)), ("agent.hcl", plugin)]);
    let flags = ["--plugin-config", "agent.hcl", "--podman-version", "4.9.0", "--rootless"];
    let facts =
        files.run(&[&["render", "a.nomad.hcl", "--format", "facts", "-o", "f.json"], &flags[..]].concat());
    assert_eq!((facts.code, facts.out.as_str()), (0, ""), "{}", facts.err);
    let first = files.run(&[&["render", "a.nomad.hcl"], &flags[..]].concat());
    let again = files.run(&["render", "a.nomad.hcl", "--facts", "f.json"]);
    assert_eq!(json_of(&first.out)["labels"]["com.hashicorp.nomad.task_name"], "server");
    assert_eq!(again.out, first.out, "{}", again.err);
}

#[test]
fn standard_input_is_a_dash() {
    let files = Folder::with(&[]);
    let run = files.run_with(&["check", "-"], &job(BAD), &[]);
    assert_eq!(run.code, 1);
    assert!(run.out.contains("<stdin>:8:9"), "{}", run.out);
}

#[test]
fn secrets_do_not_show_unless_asked_for() {
    let text = job(&format!(
        "{GOOD}\n        auth {{\n          username = \"u\"\n          password = \"hunter2\"\n        }}"
    ))
    .replace(
        "      driver",
        "      env {\n        DB_PASSWORD = \"hunter2\"\n        MODE = \"fast\"\n      }\n      driver",
    );
    let files = Folder::with(&[("a.nomad.hcl", &text)]);
    for arguments in [
        &["render", "a.nomad.hcl"][..],
        &["render", "a.nomad.hcl", "--format", "yaml"],
        &["render", "a.nomad.hcl", "--format", "summary"],
        &["render", "a.nomad.hcl", "--explain"],
        &["explain", "env", "a.nomad.hcl"],
        &["check", "a.nomad.hcl"],
    ] {
        let run = files.run(arguments);
        assert_eq!(run.code, 0, "{arguments:?}: {}", run.err);
        assert!(!run.out.contains("hunter2") && !run.err.contains("hunter2"), "{arguments:?}: {run:?}");
    }
    let spec = json_of(&files.run(&["render", "a.nomad.hcl"]).out);
    assert_eq!((&spec["env"]["DB_PASSWORD"], &spec["env"]["MODE"]), (&json!("<redacted>"), &json!("fast")));
    let spec = json_of(&files.run(&["render", "a.nomad.hcl", "--show-secrets"]).out);
    assert_eq!(spec["env"]["DB_PASSWORD"], "hunter2");
}

#[test]
fn a_drawn_line_hides_its_secrets() {
    let text = job(&format!("{GOOD}\n        auth {{ user = \"u\", password = \"hunter2\" }}"));
    let run = check(&text, &["check", "a.nomad.hcl"]);
    assert_eq!(run.code, 1);
    assert!(!run.out.contains("hunter2"), "{}", run.out);
}

#[test]
fn folders_are_walked_as_people_expect() {
    let files = Folder::with(&[
        ("jobs/b.nomad.hcl", &job(GOOD)),
        ("jobs/a.nomad", &job(BAD)),
        ("jobs/deep/c.hcl", &job(GOOD)),
        ("jobs/deep/policy.hcl", "path \"x\" {\n}\n"),
        ("jobs/readme.md", "job \"x\" {}"),
        ("jobs/.hidden/d.nomad", "broken"),
    ]);
    let run = files.run(&["check", "jobs"]);
    assert_snapshot!(run.out, @r#"
    error[PDR0102]: Invalid label: No argument or block type is named "work_dir".
     --> jobs/a.nomad:8:9
      |
    8 |         work_dir = "/srv"
      |         ^^^^^^^^
      |
      = help: The docker driver's `work_dir` is called `working_dir` here.

    3 podman tasks in 3 files: 1 error, 0 warnings; 1 file without a job left alone
    "#);
    let run = files.run(&["check", "jobs", "-q"]);
    assert_eq!((run.out.as_str(), run.code), ("", 1));
}

#[test]
fn problems_as_json_have_a_stable_shape() {
    let run = check(&job(BAD), &["check", "a.nomad.hcl", "--format", "json"]);
    let report = json_of(&run.out);
    assert_eq!((&report["version"], &report["errors"], &report["tasks"]), (&json!(1), &json!(1), &json!(1)));
    assert_snapshot!(serde_json::to_string_pretty(&report["diagnostics"][0]).unwrap(), @r#"
    {
      "accepted": null,
      "file": "a.nomad.hcl",
      "group": "site",
      "id": "PDR0102",
      "job": "web",
      "label": null,
      "message": "Invalid label: No argument or block type is named \"work_dir\".",
      "name": "docker_option",
      "option": "work_dir",
      "place": {
        "column": 9,
        "end_column": 17,
        "end_line": 8,
        "file": "a.nomad.hcl",
        "line": 8
      },
      "related": [],
      "severity": "error",
      "suggestion": "The docker driver's `work_dir` is called `working_dir` here.",
      "task": "server"
    }
    "#);
}

#[test]
fn odd_input_gives_a_diagnostic_in_short_time() {
    let deep = format!("job \"x\" {{\n a = {}{}\n}}\n", "[".repeat(10_000), "]".repeat(10_000));
    let files = Folder::with(&[
        ("empty.nomad", ""),
        ("large.nomad", &"a".repeat(10 << 20)),
        ("deep.nomad", &deep),
        ("deep.json", &format!("{{\"job\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000))),
        ("template.nomad", "job \"x\" {\n  count = [[ .count ]]\n}\n"),
        ("loop.nomad", &format!("locals {{\n  a = local.a\n}}\n{}", job("        image = local.a"))),
        ("none.nomad", "variable \"x\" {\n}\n"),
    ]);
    std::fs::write(files.path().join("binary.nomad"), [0u8, 159, 146, 150]).unwrap();
    std::fs::create_dir(files.path().join("folder.nomad")).unwrap();
    for (name, id) in [
        ("empty.nomad", "PDR0003"),
        ("large.nomad", "PDR0001"),
        ("deep.nomad", "PDR0005"),
        ("deep.json", "PDR0006"),
        ("template.nomad", "PDR0004"),
        ("loop.nomad", "PDR0022"),
        ("none.nomad", "PDR0050"),
        ("binary.nomad", "PDR0002"),
        ("missing.nomad", "PDR0007"),
    ] {
        let began = std::time::Instant::now();
        let run = files.run(&["check", name]);
        assert_eq!(run.code, if name == "missing.nomad" { 2 } else { 1 }, "{name}: {run:?}");
        assert!(run.out.contains(id), "{name}: {}", run.out);
        assert!(began.elapsed().as_secs() < 20, "{name} took {:?}", began.elapsed());
    }
    assert_eq!(files.run(&["render", "folder.nomad"]).code, 2);
}

#[test]
fn explain_says_why_in_a_job() {
    let files = Folder::with(&[(
        "a.nomad.hcl",
        &job(&format!("{GOOD}\n        hostname = \"cache-1\"\n        image_pull_timeout = \"9m\"")),
    )]);
    assert_snapshot!(files.run(&["explain", "hostname", "a.nomad.hcl"]).out, @r#"
    web / site / server (a.nomad.hcl)

    config.hostname = "cache-1"  (a.nomad.hcl:8:20)

    hostname = "cache-1"
      set by  declared mapping of hostname (schema/task.hcl)
      reads   config.hostname  "cache-1"  (a.nomad.hcl:8:20)
    "#);
    assert_snapshot!(files.run(&["explain", "hostnam"]).err, @"error: `hostnam` is no diagnostic, no option and no member of the spec; did you mean `hostname`?");
    let pull = files.run(&["explain", "image_pull_timeout", "a.nomad.hcl"]).out;
    assert!(pull.contains("config.image_pull_timeout = \"9m\"  (a.nomad.hcl:9:30)"), "{pull}");
    assert!(files.run(&["explain", "hostname"]).out.contains("option of a task"));
}

#[test]
fn a_closed_pipe_is_no_panic() {
    use std::process::{Command, Stdio};
    let mut child = Command::new(env!("CARGO_BIN_EXE_podman-driver-render"))
        .args(["docs"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((String::from_utf8_lossy(&output.stderr).as_ref(), output.status.code()), ("", Some(0)));
}

#[test]
fn every_command_shows_examples_in_its_help() {
    let files = Folder::with(&[]);
    for command in ["render", "check", "explain", "schema", "docs", "completions", "man"] {
        let run = files.run(&[command, "--help"]);
        assert!(run.code == 0 && run.out.contains("Example"), "{command}: {}", run.out);
        let page = files.run(&["man", command]);
        assert!(page.out.contains(&format!("podman\\-driver\\-render\\-{command}")), "{command}");
    }
    for shell in ["bash", "zsh", "fish"] {
        assert!(files.run(&["completions", shell]).out.contains("plugin-config"), "{shell}");
    }
}

#[test]
fn colours_come_on_demand_only() {
    let files = Folder::with(&[("a.nomad.hcl", &job(BAD))]);
    assert!(!files.run(&["check", "a.nomad.hcl"]).out.contains('\u{1b}'));
    assert!(files.run(&["check", "a.nomad.hcl", "--color", "always"]).out.contains('\u{1b}'));
    assert!(!files.run(&["check", "a.nomad.hcl", "--color", "never"]).out.contains('\u{1b}'));
}
