//! `mod.rs` of the generated folder: one module for each Rust file that is made.

use std::path::Path;

/// The file's code, for files of these names.
pub fn generate<'a>(files: impl Iterator<Item = &'a Path>) -> String {
    let mut names: Vec<&str> = files
        .filter(|path| path.starts_with("src/engine/generated"))
        .filter_map(|path| path.file_stem()?.to_str())
        .collect();
    names.sort_unstable();
    let modules: String = names.iter().map(|name| format!("pub mod {name};\n")).collect();
    format!("//! What codegen makes of the data. Each file's head says from which.\n\n{modules}")
}
