//! Problems in the style of rustc: the message with its id, the source line with a caret, what is accepted, what
//! helps. Only the line of a place is drawn, and secrets in it are masked.

use std::collections::{BTreeMap, BTreeSet};

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};
use podman_driver_engine::diagnostic::{Diagnostic, Id, Severity};
use podman_driver_engine::source::{FileId, Files, Span};

use super::lines::{Lines, masked};
use crate::render::job::{Translated, TranslatedTask};

/// All problems of all files, in their order, with an empty line between them. What several tasks share, such as a
/// problem of the plugin's config, is told once.
pub(in crate::render) fn report(files: &[Translated], colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let mut told = BTreeSet::new();
    let mut report = String::new();
    for file in files {
        let mut sources = Sources::new(&file.files);
        for (task, problem) in file.problems() {
            if told.insert(identity(file, problem)) {
                report.push_str(&renderer.render(&sources.groups(&file.name, task, problem)));
                report.push_str("\n\n");
            }
        }
    }
    report
}

/// What makes a problem the same one: what is said, and of which place.
pub(in crate::render) fn identity<'t>(
    file: &'t Translated,
    problem: &'t Diagnostic,
) -> (&'t str, Option<u32>, Id, &'t str, Option<&'t str>) {
    let name = problem.span.map_or(file.name.as_str(), |span| file.files.name(span.file));
    let start = problem.span.map(|span| span.start);
    (name, start, problem.id, &problem.message, problem.path.as_deref())
}

/// Texts with their lines, prepared when the first problem in them is drawn.
struct Sources<'t> {
    files: &'t Files,
    lines: BTreeMap<FileId, Lines<'t>>,
}

impl<'t> Sources<'t> {
    fn new(files: &'t Files) -> Self {
        Self { files, lines: BTreeMap::new() }
    }

    fn groups(&mut self, name: &str, task: Option<&TranslatedTask>, problem: &Diagnostic) -> Vec<Group<'t>> {
        let level = match problem.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let mut group =
            Group::with_title(level.primary_title(problem.message.clone()).id(problem.id.to_string()));
        group = match problem.span {
            Some(span) => group.elements(self.place(span, AnnotationKind::Primary, problem.label.clone())),
            None => group.element(Origin::path(name.to_owned())),
        };
        for related in &problem.related {
            let label = Some(related.label.clone());
            group = group.elements(self.place(related.span, AnnotationKind::Context, label));
        }
        if problem.span.is_none()
            && let Some(task) = task
        {
            group =
                group.element(Level::NOTE.message(format!("in task {} of group {}", task.task, task.group)));
        }
        if let Some(accepted) = &problem.accepted {
            group = group.element(Level::NOTE.message(format!("accepted: {accepted}")));
        }
        if let Some(suggestion) = &problem.suggestion {
            group = group.element(Level::HELP.message(suggestion.clone()));
        }
        vec![group]
    }

    /// The line of a span's start with what of the span lies in it, or only the place where the line is too long.
    fn place(&mut self, span: Span, kind: AnnotationKind, label: Option<String>) -> Option<Element<'t>> {
        let files = self.files;
        let lines = self.lines.entry(span.file).or_insert_with(|| Lines::new(files.text(span.file)));
        let range = span.range();
        let line = lines.at(range.start);
        let name = files.name(span.file).to_owned();
        let Some(text) = line.text.filter(|text| !text.trim().is_empty()) else {
            let origin = Origin::path(name).line(line.number).char_column(line.column);
            return Some(Element::from(origin));
        };
        let text = masked(text);
        let start = range.start.saturating_sub(line.start).min(text.len());
        let end = range.end.saturating_sub(line.start).clamp(start, text.trim_end().len().max(start));
        let annotation = match label {
            Some(label) => kind.span(start..end).label(label),
            None => kind.span(start..end),
        };
        let snippet = Snippet::source(text).line_start(line.number).path(name).annotation(annotation);
        Some(Element::from(snippet))
    }
}
