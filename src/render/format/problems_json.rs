//! Problems as JSON, for programs. The shape is stable: members are added, never renamed, and `version` counts up when
//! a meaning changes. `docs/render.md` describes it.

use std::collections::{BTreeMap, BTreeSet};

use podman_driver_engine::diagnostic::{Diagnostic, Severity};
use podman_driver_engine::generated::diagnostics;
use podman_driver_engine::source::{FileId, Files, Span};
use serde::Serialize;

use super::lines::Lines;
use super::problems_text::identity;
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
        let mut places = Places { files: &file.files, lines: BTreeMap::new() };
        for (task, diagnostic) in file.problems() {
            if told.insert(identity(file, diagnostic)) {
                diagnostics.push(problem(file, &mut places, task, diagnostic));
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
    places: &mut Places<'a>,
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
        place: problem.span.map(|span| places.of(span)),
        label: problem.label.as_deref(),
        accepted: problem.accepted.as_deref(),
        suggestion: problem.suggestion.as_deref(),
        related: related.map(|other| Related { place: places.of(other.span), label: &other.label }).collect(),
    }
}

/// Texts with their lines, prepared when the first place in them is looked for.
struct Places<'t> {
    files: &'t Files,
    lines: BTreeMap<FileId, Lines<'t>>,
}

impl Places<'_> {
    fn of(&mut self, span: Span) -> Place {
        let files = self.files;
        let lines = self.lines.entry(span.file).or_insert_with(|| Lines::new(files.text(span.file)));
        let (start, end) = (lines.at(span.range().start), lines.at(span.range().end));
        Place {
            file: files.name(span.file).to_owned(),
            line: start.number,
            column: start.column,
            end_line: end.number,
            end_column: end.column,
        }
    }
}
