//! Turns `schema/` and `proto/` into everything that is marked as generated.
//!
//! Three steps, each a module: `load` reads the data into a model, `check` refuses what does not hold together, and
//! each module of `out` makes one file from the model, which nobody changes any more. What only the finished tool can
//! write comes behind, in `second`. This crate never depends on the
//! engine whose files it writes: of the hand-written half it only knows which rule functions and syntaxes exist.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

pub mod check;
pub mod load;
pub mod model;
pub mod out;
pub mod read;
pub mod second;
pub mod written;

use std::path::Path;

use model::Problem;
use out::Output;

/// Why nothing was generated.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The data does not hold together.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Data(Vec<Problem>),
    /// A `.proto` file cannot be compiled.
    #[error("{0}")]
    Proto(String),
    /// A file could not be read or written.
    #[error("{0}: {1}")]
    File(String, std::io::Error),
}

/// Everything that belongs into the tree at `root`, in memory.
pub fn generate(root: &Path) -> Result<Vec<Output>, Error> {
    let model = load::load(root).map_err(Error::Data)?;
    let written = written::find(root).map_err(|error| Error::File("src/engine".to_owned(), error))?;
    let problems = check::check(&model, &written);
    if !problems.is_empty() {
        return Err(Error::Data(problems));
    }
    let mut outputs = out::all(&model);
    outputs.extend(out::proto::generate(root).map_err(Error::Proto)?);
    let services = out::services::generate(root).map_err(Error::Proto)?;
    let modules = out::generated::generate(outputs.iter().map(|output| output.path.as_path()));
    outputs.push(Output {
        path: "src/engine/generated/mod.rs".into(),
        text: out::text::rust("schema/ and proto/", &modules),
    });
    outputs.extend(services);
    Ok(outputs)
}

/// The outputs that differ from what is in the tree, each with the first line that differs.
pub fn stale(root: &Path, outputs: &[Output]) -> Vec<String> {
    outputs
        .iter()
        .filter_map(|output| {
            let there = std::fs::read_to_string(root.join(&output.path)).unwrap_or_default();
            (there != output.text).then(|| first_difference(output, &there))
        })
        .collect()
}

fn first_difference(output: &Output, there: &str) -> String {
    let mut lines = output.text.lines();
    let mut old = there.lines();
    let mut number = 1;
    loop {
        match (lines.next(), old.next()) {
            (Some(new), Some(old)) if new == old => number += 1,
            (new, old) => {
                return format!(
                    "{}:{number} is stale: it has {:?} where the data gives {:?}; run `cargo codegen`",
                    output.path.display(),
                    old.unwrap_or("no line"),
                    new.unwrap_or("no line"),
                );
            }
        }
    }
}

/// Writes what differs, and nothing else.
pub fn write(root: &Path, outputs: &[Output]) -> Result<(), Error> {
    for output in outputs {
        let path = root.join(&output.path);
        if std::fs::read_to_string(&path).is_ok_and(|there| there == output.text) {
            continue;
        }
        let failed = |error| Error::File(output.path.display().to_string(), error);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        std::fs::write(&path, &output.text).map_err(failed)?;
    }
    Ok(())
}
