//! `check JOB|FOLDER…`: everything that is wrong with the podman tasks of all job files, which are read in parallel and
//! reported in the order of their names.

use std::collections::BTreeSet;

use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use serde::Serialize;

use crate::render::answer::{Answer, Exit, Failure};
use crate::render::cli::{Check, CheckFormat, Color};
use crate::render::colour;
use crate::render::format::problems_json;
use crate::render::format::problems_text::{self, identity};
use crate::render::input;
use crate::render::job::{Translated, plugin, translate_file};
use crate::render::settings::Settings;

/// A thread that evaluates jobs gets as much stack as the main thread usually has. Unit: bytes.
const STACK: usize = 8 << 20;

/// What was looked at, and what was found.
#[derive(Debug, Default, Serialize)]
pub(in crate::render) struct Counts {
    files: usize,
    /// HCL and JSON files of folders that hold no job.
    other_files: usize,
    tasks: usize,
    /// Tasks of other drivers.
    other_tasks: usize,
    errors: usize,
    warnings: usize,
}

pub(in crate::render) fn run(arguments: &Check, color: Color) -> Result<Answer, Failure> {
    let settings = Settings::of(&arguments.known)?;
    let found = input::find(&arguments.paths)?;
    let mut checked: Vec<Translated> = plugin(&settings).into_iter().collect();
    match found.files.as_slice() {
        [one] => checked.push(translate_file(one, &settings)),
        many => checked.extend(in_parallel(many, &settings)?),
    }
    let counts = count(&checked, found.files.len(), found.others);
    let exit = exit(&checked);
    let out = match (arguments.quiet, arguments.format) {
        (true, _) => String::new(),
        (false, CheckFormat::Text) => {
            let report = problems_text::report(&checked, colour::of_stdout(color));
            format!("{report}{}\n", summary(&counts))
        }
        (false, CheckFormat::Json) => problems_json::report(&checked, &counts),
    };
    Ok(Answer { out, err: String::new(), exit })
}

fn in_parallel(files: &[std::path::PathBuf], settings: &Settings) -> Result<Vec<Translated>, Failure> {
    let pool = rayon::ThreadPoolBuilder::new()
        .stack_size(STACK)
        .build()
        .map_err(|error| Failure(format!("No threads can be started: {error}.")))?;
    Ok(pool.install(|| files.par_iter().map(|file| translate_file(file, settings)).collect()))
}

/// What cannot be read outweighs what is wrong: nobody knows about it.
fn exit(checked: &[Translated]) -> Exit {
    if checked.iter().any(|file| file.unreadable) {
        Exit::CouldNotRun
    } else if checked.iter().any(Translated::has_errors) {
        Exit::Problems
    } else {
        Exit::Clean
    }
}

fn count(checked: &[Translated], files: usize, other_files: usize) -> Counts {
    let mut counts = Counts { files, other_files, ..Counts::default() };
    let mut told = BTreeSet::new();
    for file in checked {
        counts.tasks += file.tasks.len();
        counts.other_tasks += file.others;
        for (_, problem) in file.problems().filter(|(_, problem)| told.insert(identity(file, problem))) {
            if problem.is_error() { counts.errors += 1 } else { counts.warnings += 1 }
        }
    }
    counts
}

/// One line for the end of the report.
fn summary(counts: &Counts) -> String {
    let several = |number: usize, one: &str| match number {
        1 => format!("1 {one}"),
        _ => format!("{number} {one}s"),
    };
    let mut text = format!(
        "{} in {}: {}, {}",
        several(counts.tasks, "podman task"),
        several(counts.files, "file"),
        several(counts.errors, "error"),
        several(counts.warnings, "warning")
    );
    if counts.other_tasks > 0 {
        text.push_str(&format!("; {} of other drivers left alone", several(counts.other_tasks, "task")));
    }
    if counts.other_files > 0 {
        text.push_str(&format!("; {} without a job left alone", several(counts.other_files, "file")));
    }
    text
}
