//! What is checked in is what the data gives: nothing stale, nothing edited by hand.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::Path;

#[test]
fn generated_files_are_fresh() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let outputs = podman_driver_codegen::generate(&root).unwrap_or_else(|error| panic!("{error}"));
    assert!(outputs.len() > 12, "codegen makes only {} files", outputs.len());
    let stale = podman_driver_codegen::stale(&root, &outputs);
    assert!(stale.is_empty(), "{}", stale.join("\n"));
}

#[test]
fn nothing_else_lies_in_the_generated_folders() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let outputs = podman_driver_codegen::generate(&root).unwrap_or_else(|error| panic!("{error}"));
    for folder in ["src/engine/generated", "src/plugin/generated"] {
        for entry in std::fs::read_dir(root.join(folder)).expect("the folder is checked in") {
            let path = entry.expect("the folder can be read").path();
            let relative = Path::new(folder).join(path.file_name().unwrap_or_default());
            assert!(
                outputs.iter().any(|output| output.path == relative),
                "{} is made by nobody",
                relative.display()
            );
        }
    }
}
