//! Where the values of one decoded config are written, beside the config itself.
//! A config that came by msgpack has no places; what asks for one then gets the config as a whole.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Diagnostic;
use crate::source::{Source, Span};

/// Places and open ends of one config.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    places: BTreeMap<String, Span>,
    whole: Option<Span>,
    deferred: BTreeMap<String, String>,
    rejected: BTreeSet<String>,
    before_run_time: bool,
}

impl Sources {
    /// For a config that is read from a file, where Nomad has not filled in yet what is known only at run time.
    pub fn of_file(whole: Option<Span>) -> Self {
        Self { whole, before_run_time: true, ..Self::default() }
    }

    /// Notes where the value at `path` is written.
    pub fn place(&mut self, path: &str, span: Option<Span>) {
        if let Some(span) = span {
            self.places.insert(path.to_owned(), span);
        }
    }

    /// Notes that the value at `path` is known only at run time, with its text.
    pub fn defer(&mut self, path: &str, text: &str) {
        self.deferred.insert(path.to_owned(), text.to_owned());
    }

    /// Notes that decoding has refused what is written at `path`: a default stands in the typed config instead.
    pub fn reject(&mut self, path: &str) {
        self.rejected.insert(path.to_owned());
    }

    /// Whether a diagnostic is about a value that decoding has refused, and so judges what nobody wrote.
    pub fn is_echo(&self, problem: &Diagnostic) -> bool {
        let Some(path) = &problem.path else { return false };
        self.rejected.contains(path) && problem.span == self.span(path)
    }

    /// What is known only at run time and has no text in the typed config: path and text as written.
    pub fn deferred(&self) -> impl Iterator<Item = (&str, &str)> {
        self.deferred.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Whether the option at `path`, or something in it, is known only at run time and left out of the typed config.
    pub fn is_deferred(&self, path: &str) -> bool {
        self.deferred.keys().any(|key| {
            key.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['[', '.']))
        })
    }

    /// Whether a text may still hold what Nomad fills in on the client: such a text is not judged.
    pub fn is_open(&self, text: &str) -> bool {
        self.before_run_time && text.contains("${")
    }

    /// The place of `path`, or of what is around it, or of the whole config.
    pub fn span(&self, path: &str) -> Option<Span> {
        let mut path = path;
        loop {
            if let Some(span) = self.places.get(path) {
                return Some(*span);
            }
            match path.rfind(['.', '[']) {
                Some(at) => path = path.get(..at).unwrap_or(""),
                None => return self.whole,
            }
        }
    }

    /// The exact place of `path`, if it is written somewhere.
    pub fn exact(&self, path: &str) -> Option<Span> {
        self.places.get(path).copied()
    }

    /// Who gave the option at `path`; `decoded` is who to name where only the decoded value is known,
    /// `set` whether the value differs from the default.
    pub fn source(&self, path: &str, decoded: Source, set: bool) -> Source {
        match self.exact(path) {
            Some(span) => Source::File(span),
            None if set => decoded,
            None => Source::Default,
        }
    }
}
