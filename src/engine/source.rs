//! Where a value came from: files and spans in them, Nomad's task, the plugin's config, the host, a default.
//! Spans are byte ranges into texts that [`Files`] keeps; printing them with line and column is the caller's choice.
//! Nothing here opens a file: whoever has a text adds it.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::Serialize;

/// Index of a text in [`Files`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(u32);

/// A byte range in one file. Both ends lie on character boundaries of the file's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The file that the range lies in.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span from a byte range. Offsets beyond 4 GiB are cut to that.
    pub fn new(file: FileId, range: Range<usize>) -> Self {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { file, start: clamp(range.start), end: clamp(range.end.max(range.start)) }
    }

    /// The range as `usize`, for slicing with `get`.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The smallest span that holds both; `self` where they lie in different files.
    pub fn to(self, other: Span) -> Span {
        if self.file != other.file {
            return self;
        }
        Span { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// The texts that spans point into, with the names that their authors know them by.
#[derive(Debug, Clone, Default)]
pub struct Files {
    files: Vec<SourceFile>,
}

#[derive(Debug, Clone)]
struct SourceFile {
    name: Arc<str>,
    text: Arc<str>,
}

/// A place as a person names it. Lines and columns count from 1; columns count characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Name of the file, as it was given.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

impl Files {
    /// Adds a text under the name that users know it by (`web.nomad.hcl`, `<stdin>`).
    pub fn add(&mut self, name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(SourceFile { name: name.into(), text: text.into() });
        id
    }

    /// The file's name; empty for an ID of another `Files`.
    pub fn name(&self, id: FileId) -> &str {
        self.get(id).map_or("", |file| &file.name)
    }

    /// The file's whole text; empty for an ID of another `Files`.
    pub fn text(&self, id: FileId) -> &str {
        self.get(id).map_or("", |file| &file.text)
    }

    /// The text that a span covers; empty where the span does not fit the file.
    pub fn snippet(&self, span: Span) -> &str {
        self.text(span.file).get(span.range()).unwrap_or("")
    }

    /// Line and column of a span's start.
    pub fn place(&self, span: Span) -> Place {
        let text = self.text(span.file);
        let before = text.get(..span.start as usize).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Place {
            file: self.name(span.file).to_owned(),
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or("").chars().count() + 1,
        }
    }

    fn get(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }
}

/// Who gave a value. Travels beside values, never inside them: equality and JSON of a config ignore it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Written in a job file or a plugin config file, at this place.
    File(Span),
    /// The task's `config` block, where only the decoded value is known (as Nomad sends it).
    TaskConfig,
    /// The plugin's `config` block, where only the decoded value is known.
    PluginConfig,
    /// Nomad's own part of the task: resources, environment, user, network, folders.
    Nomad,
    /// What Podman reports about its host.
    Host,
    /// Nobody wrote it: the documented default.
    Default,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_counts_lines_and_characters_from_one() {
        let mut files = Files::default();
        let id = files.add("a.hcl", "é = 1\nimage = \"x\"\n");
        let at = files.text(id).find("\"x\"").unwrap();
        let span = Span::new(id, at..at + 3);
        assert_eq!(files.place(span).to_string(), "a.hcl:2:9");
        assert_eq!(files.snippet(span), "\"x\"");
    }

    #[test]
    fn a_span_that_does_not_fit_gives_nothing() {
        let mut files = Files::default();
        let id = files.add("a.hcl", "é");
        assert_eq!(files.snippet(Span::new(id, 1..2)), "");
        assert_eq!(files.place(Span::new(id, 90..91)).line, 1);
    }
}
