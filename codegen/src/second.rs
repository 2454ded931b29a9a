//! The second step: what only the finished tool can write, the JSON Schemas of both `config` blocks.
//! It runs the tool, which cargo builds from the files of the first step; this crate never depends on it.

use std::path::Path;
use std::process::Command;

use crate::out::Output;

/// Files that the tool writes, with the arguments that make each.
const FILES: [(&str, &[&str]); 2] =
    [("docs/schema/task.json", &["schema", "task"]), ("docs/schema/plugin.json", &["schema", "plugin"])];

/// Runs the tool of the tree at `root`, once a file.
///
/// # Errors
/// A sentence that says which file could not be made, with what cargo or the tool say.
pub fn generate(root: &Path) -> Result<Vec<Output>, String> {
    FILES.iter().map(|(path, arguments)| file(root, path, arguments)).collect()
}

fn file(root: &Path, path: &str, arguments: &[&str]) -> Result<Output, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let failed = |why: &dyn std::fmt::Display| format!("{path} cannot be made: {why}");
    let answer = Command::new(cargo)
        .current_dir(root)
        .args(["run", "--quiet", "--package", "nomad-driver-podman", "--bin", "podman-driver-render", "--"])
        .args(arguments)
        .output()
        .map_err(|error| failed(&error))?;
    if !answer.status.success() {
        return Err(failed(&String::from_utf8_lossy(&answer.stderr)));
    }
    let text = String::from_utf8(answer.stdout).map_err(|error| failed(&error))?;
    Ok(Output { path: path.into(), text })
}
