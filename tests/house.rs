//! House rules that no compiler holds. Each failure says what the rule is for and what to do.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use podman_driver_engine::generated::options;
use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files below a folder with this ending, outside of what is generated.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root().join(folder)];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let generated = path.ends_with("generated") || path.ends_with("target");
            if path.is_dir() && !generated {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "{folder} has no .{ending} file: the rule would hold for nothing");
    found
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Code without its comments.
fn code(path: &Path) -> String {
    text(path).lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--offline",
            "--locked",
            "--filter-platform",
            "x86_64-unknown-linux-gnu",
        ])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Names of all crates that a package is linked with.
fn linked_with(metadata: &Value, package: &str) -> BTreeSet<String> {
    let name = |id: &str| {
        let packages = metadata["packages"].as_array().unwrap();
        packages.iter().find(|package| package["id"] == id).unwrap()["name"].as_str().unwrap().to_owned()
    };
    let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
    let mut seen = BTreeSet::new();
    let mut open: Vec<String> = nodes
        .iter()
        .map(|node| node["id"].as_str().unwrap().to_owned())
        .filter(|id| name(id) == package)
        .collect();
    assert_eq!(open.len(), 1, "{package} is one package");
    while let Some(id) = open.pop() {
        let node = nodes.iter().find(|node| node["id"] == id.as_str()).unwrap();
        for dependency in node["deps"].as_array().unwrap() {
            let normal =
                dependency["dep_kinds"].as_array().unwrap().iter().any(|kind| kind["kind"].is_null());
            let id = dependency["pkg"].as_str().unwrap().to_owned();
            if normal && seen.insert(name(&id)) {
                open.push(id);
            }
        }
    }
    seen
}

#[test]
fn the_engine_is_linked_with_nothing_that_could_act() {
    let linked = linked_with(&metadata(), "podman-driver-engine");
    for forbidden in
        ["tokio", "hyper", "mio", "socket2", "reqwest", "rand", "getrandom", "rayon", "ignore", "tempfile"]
    {
        assert!(
            !linked.contains(forbidden),
            "the engine is pure, and `{forbidden}` comes in with one of its dependencies: pass in what it would fetch"
        );
    }
}

#[test]
fn imports_point_one_way() {
    let rules = [
        (
            "src/podman",
            &["podman_driver_engine", "crate::render", "crate::plugin", "crate::driver", "nomad_driver"][..],
            "the client knows nothing of Nomad",
        ),
        (
            "src/plugin",
            &[
                "crate::render",
                "crate::podman",
                "crate::driver",
                "podman_driver_engine",
                "nomad_driver_podman",
            ][..],
            "what every plugin needs knows nothing of this driver",
        ),
        (
            "src/engine",
            &["nomad_driver_podman", "crate::render", "crate::podman"][..],
            "the engine depends on nobody here",
        ),
        ("codegen/src", &["use podman_driver_engine"][..], "codegen never depends on what it writes"),
    ];
    for (folder, forbidden, why) in rules {
        for file in files(folder, "rs") {
            for name in forbidden {
                assert!(!code(&file).contains(name), "{} names `{name}`: {why}", file.display());
            }
        }
    }
}

#[test]
fn programs_are_started_in_one_way() {
    for folder in ["src/plugin", "src/podman", "src/driver", "src/bin"] {
        for file in files(folder, "rs").iter().filter(|file| !file.ends_with("plugin/child.rs")) {
            assert!(
                !code(file).contains("Command::new("),
                "{} starts a program: with plugin::child::command, or the host takes the child's end for the plugin's",
                file.display()
            );
        }
    }
}

#[test]
fn generators_know_no_option_by_name() {
    for file in files("codegen/src/out", "rs") {
        let code = code(&file);
        for option in options::TASK.iter().chain(options::PLUGIN).filter(|option| option.name != "options") {
            assert!(
                !code.contains(&format!("\"{}\"", option.name)),
                "{} names the option `{}`: what is special about it belongs into schema/, as a word",
                file.display(),
                option.name
            );
        }
    }
}

#[test]
fn nothing_is_left_open() {
    for folder in ["src", "codegen", "tests", "e2e", "benches"] {
        for file in files(folder, "rs").iter().filter(|file| !file.ends_with("house.rs")) {
            for open in ["todo!(", "unimplemented!(", "dbg!(", "FIXME", "#[ignore"] {
                assert!(
                    !text(file).contains(open),
                    "{} has `{open}`: finish it, or say in an issue why not",
                    file.display()
                );
            }
        }
    }
}

#[test]
fn every_dependency_says_why_it_is_there() {
    for manifest in ["Cargo.toml", "src/engine/Cargo.toml", "codegen/Cargo.toml"] {
        let text = text(&root().join(manifest));
        let mut section = "";
        let mut previous = "";
        for line in text.lines() {
            if line.starts_with('[') {
                section = line;
            } else if section.contains("dependencies") && line.contains('=') && !line.starts_with('#') {
                // A dependency of the workspace says it there.
                let said =
                    previous.starts_with('#') || line.contains('#') || line.contains(".workspace = true");
                assert!(said, "{manifest}: `{line}` has no comment beside it that says why it is there");
            }
            previous = line;
        }
    }
}

#[test]
fn the_crates_of_the_design_are_used() {
    let metadata = metadata();
    let members = ["nomad-driver-podman", "podman-driver-engine", "podman-driver-codegen"];
    let declared: BTreeSet<&str> = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|package| members.contains(&package["name"].as_str().unwrap()))
        .flat_map(|package| package["dependencies"].as_array().unwrap())
        .map(|dependency| dependency["name"].as_str().unwrap())
        .collect();
    for name in [
        "prost",
        "tokio",
        "tonic",
        "hyperlocal",
        "serde",
        "schemars",
        "hcl-rs",
        "jsonschema",
        "oci-spec",
        "insta",
    ] {
        assert!(declared.contains(name), "`{name}` is part of the design and in no manifest");
    }
}

#[test]
fn modules_say_what_they_are_for() {
    for folder in ["src", "codegen/src", "e2e"] {
        for file in files(folder, "rs") {
            assert!(
                text(&file).starts_with("//!"),
                "{} does not begin with a comment that says what it is for and what it leaves to others",
                file.display()
            );
        }
    }
}

#[test]
fn files_stay_short_enough_to_read() {
    for folder in ["src", "codegen/src", "e2e"] {
        for file in files(folder, "rs") {
            let lines = text(&file).lines().count();
            assert!(
                lines <= 450,
                "{} has {lines} lines: over 400 is a question, and this one needs an answer",
                file.display()
            );
        }
    }
}
