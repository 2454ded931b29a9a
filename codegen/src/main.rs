//! `cargo codegen`: writes every generated file; with `--check` it names the stale ones and fails instead.

use std::path::Path;
use std::process::ExitCode;

use podman_driver_codegen::out::Output;
use podman_driver_codegen::{generate, second, stale, write};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let check = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => false,
        ["--check"] => true,
        _ => {
            eprintln!("usage: cargo codegen [--check]");
            return ExitCode::from(2);
        }
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    match run(&root, check) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn run(root: &Path, check: bool) -> Result<(), String> {
    step(root, &generate(root).map_err(|error| error.to_string())?, check)?;
    step(root, &second::generate(root)?, check)
}

fn step(root: &Path, outputs: &[Output], check: bool) -> Result<(), String> {
    if check {
        let stale = stale(root, outputs);
        return if stale.is_empty() { Ok(()) } else { Err(stale.join("\n")) };
    }
    write(root, outputs).map_err(|error| error.to_string())
}
