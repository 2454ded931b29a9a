//! Problems as JSON, for programs. The shape is stable: members are added, never renamed, and `version` counts up when
//! a meaning changes. `docs/render.md` describes it.

use std::collections::BTreeSet;

use podman_driver_engine::diagnostic::{Diagnostic, Severity};
use podman_driver_engine::generated::diagnostics;
use podman_driver_engine::source::{Files, Span};
use serde::Serialize;

use crate::render::commands::check::Counts;
use crate::render::job::{Translated, TranslatedTask};

#[derive(Serialize)]
struct Report<'a> {
    version: u8,
    #[serde(flatten)]
    counts: &'a Counts,
    diagnostics: Vec<Problem<'a>>,
}

#[derive(Serialize)]
struct Problem<'a> {
    id: String,
    name: &'static str,
    severity: &'static str,
    message: &'a str,
    file: &'a str,
    job: &'a str,
    group: Option<&'a str>,
    task: Option<&'a str>,
    option: Option<&'a str>,
    place: Option<Place>,
    label: Option<&'a str>,
    accepted: Option<&'a str>,
    suggestion: Option<&'a str>,
    related: Vec<Related<'a>>,
}

/// Lines and columns count from 1, columns in characters; the end is the first place behind.
#[derive(Serialize)]
struct Place {
    file: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Serialize)]
struct Related<'a> {
    place: Place,
    label: &'a str,
}

/// The report of a check.
pub(in crate::render) fn report(files: &[Translated], counts: &Counts) -> String {
    let mut told = BTreeSet::new();
    let mut diagnostics = Vec::new();
    for file in files {
        for (task, diagnostic) in file.problems() {
            let problem = problem(file, task, diagnostic);
            let place = problem.place.as_ref().map(|place| (place.file.clone(), place.line, place.column));
            if told.insert((place, diagnostic.id, &diagnostic.message, &diagnostic.path)) {
                diagnostics.push(problem);
            }
        }
    }
    let mut text =
        serde_json::to_string_pretty(&Report { version: 1, counts, diagnostics }).unwrap_or_default();
    text.push('\n');
    text
}

fn problem<'a>(
    file: &'a Translated,
    task: Option<&'a TranslatedTask>,
    problem: &'a Diagnostic,
) -> Problem<'a> {
    let related = problem.related.iter();
    Problem {
        id: problem.id.to_string(),
        name: diagnostics::ALL.iter().find(|entry| entry.id == problem.id).map_or("", |entry| entry.name),
        severity: match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        message: &problem.message,
        file: &file.name,
        job: &file.job,
        group: task.map(|task| task.group.as_str()),
        task: task.map(|task| task.task.as_str()),
        option: problem.path.as_deref(),
        place: problem.span.map(|span| place(&file.files, span)),
        label: problem.label.as_deref(),
        accepted: problem.accepted.as_deref(),
        suggestion: problem.suggestion.as_deref(),
        related: related
            .map(|other| Related { place: place(&file.files, other.span), label: &other.label })
            .collect(),
    }
}

fn place(files: &Files, span: Span) -> Place {
    let start = files.place(span);
    let end = files.place(Span { start: span.end, ..span });
    Place {
        file: start.file,
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
    }
}
