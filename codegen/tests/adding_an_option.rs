//! Adding an option that goes to one member is one entry for the option, one for the member if it is new, and one run
//! of the command. Proved on a copy of the project: an option that no Rust code has ever heard of gets its descriptor,
//! JSON Schema, reference page, typed field and translation.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::{Path, PathBuf};
use std::process::Command;

const OPTION: &str = r#"
option "time_zone" {
  type    = string
  doc     = "Time zone inside the container."
  example = "Europe/Berlin"
  since   = "0.1.0"
  docker  = null
  sets    = ["timezone"]
}
"#;

const MEMBER: &str = r#"
member "timezone" {
  type  = string
  since = "4.3"
  doc   = "Name of a time zone, or local."
}
"#;

/// Compiled inside the copy: the typed field decodes from msgpack and its value reaches the spec by the mapping.
const USE: &str = r#"
use podman_driver_engine::config::{PluginConfig, Sources, decode};
use podman_driver_engine::facts::{HostFacts, NomadTask};
use podman_driver_engine::translate::{Request, translate};

#[test]
fn the_new_option_decodes_and_translates() {
    let bytes = rmp_serde::to_vec_named(&serde_json::json!({ "image": "redis:7", "time_zone": "Europe/Berlin" })).unwrap();
    let task = decode::task_from_msgpack(&bytes).unwrap();
    assert_eq!(task.time_zone, "Europe/Berlin");
    let sources = Sources::default();
    let translation = translate(&Request {
        task: &task,
        plugin: &PluginConfig::default(),
        nomad: &NomadTask::default(),
        host: &HostFacts::default(),
        task_sources: &sources,
        plugin_sources: &sources,
    });
    assert_eq!(serde_json::to_value(&translation.spec).unwrap()["timezone"], "Europe/Berlin");
    let origin = translation.provenance.of("timezone").next().unwrap();
    assert_eq!(origin.rule(), "mapped.time_zone");
    let schema = serde_json::to_value(schemars::schema_for!(podman_driver_engine::config::TaskConfig)).unwrap();
    assert_eq!(schema["properties"]["time_zone"]["examples"][0], "Europe/Berlin");
}
"#;

#[test]
fn one_entry_and_one_run_are_enough() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let copy = tempfile::tempdir().expect("a temporary folder");
    for part in [
        "Cargo.toml",
        "Cargo.lock",
        "rust-toolchain.toml",
        "clippy.toml",
        "schema",
        "proto",
        "src",
        "codegen",
        "benches",
    ] {
        if root.join(part).exists() {
            copy_tree(&root.join(part), &copy.path().join(part));
        }
    }
    append(&copy.path().join("schema/task.hcl"), OPTION);
    append(&copy.path().join("schema/spec.hcl"), MEMBER);

    let outputs = podman_driver_codegen::generate(copy.path()).expect("the data holds together");
    podman_driver_codegen::write(copy.path(), &outputs).expect("the copy can be written");
    let text = |path: &str| std::fs::read_to_string(copy.path().join(path)).expect(path);
    assert!(
        text("src/engine/generated/descriptors.rs")
            .contains(r#"("time_zone", attribute("time_zone", "string", false))"#)
    );
    assert!(text("docs/task-options.md").contains("## `time_zone`\n\nTime zone inside the container."));
    assert!(text("docs/spec-members.md").contains("| `timezone` | `string` |"));

    let test = copy.path().join("src/engine/tests/added_option.rs");
    std::fs::create_dir_all(test.parent().expect("it lies in a folder")).expect("the folder can be made");
    std::fs::write(test, USE).expect("the copy can be written");
    let output = Command::new(env!("CARGO"))
        .args(["test", "--offline", "--quiet", "--package", "podman-driver-engine", "--test", "added_option"])
        .current_dir(copy.path())
        // Everything but the copied engine is compiled already where this test was.
        .env("CARGO_TARGET_DIR", target_folder())
        .output()
        .expect("cargo runs");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && out.contains("1 passed"), "{out}\n{err}");
}

/// The folder that this test itself was compiled into.
fn target_folder() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows itself");
    test.ancestors().nth(3).expect("target/debug/deps/test").to_owned()
}

fn append(path: &Path, text: &str) {
    let before = std::fs::read_to_string(path).expect("the data was copied");
    std::fs::write(path, before + text).expect("the copy can be written");
}

fn copy_tree(from: &Path, to: &Path) {
    if from.is_file() {
        std::fs::copy(from, to).expect("a file can be copied");
        return;
    }
    std::fs::create_dir_all(to).expect("a folder can be made");
    for entry in std::fs::read_dir(from).expect("a folder can be read") {
        let path = entry.expect("an entry can be read").path();
        copy_tree(&path, &to.join(path.file_name().expect("an entry has a name")));
    }
}
