//! What the engine tells a user: a stable id, a sentence, the place, what is accepted and the likely fix.
//! The ids with their titles and long texts are data (`schema/diagnostics.hcl`) and come generated.
//! Drawing source lines and colours is left to whoever prints.

use std::fmt;

use crate::source::Span;

/// A stable id. It is never given to another problem, also after its own is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(u16);

impl Id {
    /// The id with this number. Only generated code makes new ones.
    pub const fn new(number: u16) -> Self {
        Self(number)
    }

    /// The number without its prefix.
    pub const fn number(self) -> u16 {
        self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PDR{:04}", self.0)
    }
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// The task cannot start like this.
    Error,
    /// The task starts, and something in it has no effect or is about to change.
    Warning,
}

/// Another place that belongs to a problem, such as the option that it conflicts with.
#[derive(Debug, Clone, PartialEq)]
pub struct Related {
    /// Where.
    pub span: Span,
    /// Why it belongs here, as a short clause.
    pub label: String,
}

/// One problem of one task, plugin config or file.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnostic {
    /// Which problem it is.
    pub id: Id,
    /// Error or warning.
    pub severity: Severity,
    /// One sentence. Where the Go driver has a text that operators match on, it begins with that text.
    pub message: String,
    /// The config path of the option (`auth.tls_verify`, `volumes[1]`), where an option is to blame.
    pub path: Option<String>,
    /// Where it is written, if that is known.
    pub span: Option<Span>,
    /// A short clause for under the caret.
    pub label: Option<String>,
    /// What is accepted instead, as a clause: `a size such as "512m"`.
    pub accepted: Option<String>,
    /// The likely fix, as a sentence.
    pub suggestion: Option<String>,
    /// Other places.
    pub related: Vec<Related>,
}

impl Diagnostic {
    /// An error without a place yet.
    pub fn error(id: Id, message: impl Into<String>) -> Self {
        Self::new(id, Severity::Error, message.into())
    }

    /// A warning without a place yet.
    pub fn warning(id: Id, message: impl Into<String>) -> Self {
        Self::new(id, Severity::Warning, message.into())
    }

    fn new(id: Id, severity: Severity, message: String) -> Self {
        Self {
            id,
            severity,
            message,
            path: None,
            span: None,
            label: None,
            accepted: None,
            suggestion: None,
            related: Vec::new(),
        }
    }

    /// Names the option by its config path.
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Says where it is written; `None` leaves the place as it was.
    pub fn spanned(mut self, span: impl Into<Option<Span>>) -> Self {
        self.span = span.into().or(self.span);
        self
    }

    /// A short clause for under the caret.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// What would be accepted.
    pub fn accepts(mut self, accepted: impl Into<String>) -> Self {
        self.accepted = Some(accepted.into());
        self
    }

    /// The likely fix.
    pub fn suggest(mut self, suggestion: impl Into<String>) -> Self {
        self.suggestion = Some(suggestion.into());
        self
    }

    /// The likely word behind a misspelt one; `None` suggests nothing.
    pub fn did_you_mean(self, word: Option<&str>) -> Self {
        match word {
            Some(word) => self.suggest(format!("Did you mean `{word}`?")),
            None => self,
        }
    }

    /// Another place that belongs to it; `None` adds nothing.
    pub fn related(mut self, span: Option<Span>, label: impl Into<String>) -> Self {
        if let Some(span) = span {
            self.related.push(Related { span, label: label.into() });
        }
        self
    }

    /// Whether it is an error.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Diagnostic {
    /// One line for where there is no file to draw: message, option, what is accepted, suggestion.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(path) = &self.path {
            write!(f, " (option {path})")?;
        }
        if let Some(accepted) = &self.accepted {
            write!(f, "; accepted: {accepted}")?;
        }
        if let Some(suggestion) = &self.suggestion {
            // A sentence of its own, after one that may have its full stop already.
            let closed = self.path.is_none() && self.accepted.is_none() && self.message.ends_with('.');
            write!(f, "{} {suggestion}", if closed { "" } else { "." })?;
        }
        write!(f, " [{}]", self.id)
    }
}

/// What is known of a diagnostic, for `explain` and the generated table.
#[derive(Debug)]
pub struct Entry {
    /// Its id.
    pub id: Id,
    /// Its name in the data.
    pub name: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// One line.
    pub title: &'static str,
    /// The long text.
    pub text: &'static str,
}
