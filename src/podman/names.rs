//! How names and values are written into paths and queries.

use std::fmt::Display;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What may stand unescaped in the name of an object within a path. A reference's slashes, colons and at signs may.
const NAME: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/')
    .remove(b':')
    .remove(b'@');

/// A name as a part of a path.
pub(super) fn escaped(name: &str) -> impl Display + '_ {
    utf8_percent_encode(name, NAME)
}

/// Builds the query of a request.
#[derive(Debug)]
pub(super) struct Query {
    path: String,
    separator: char,
}

impl Query {
    /// Of this path, which has none yet.
    pub(super) fn of(path: impl Into<String>) -> Self {
        Self { path: path.into(), separator: '?' }
    }

    /// Adds a parameter.
    pub(super) fn with(mut self, name: &str, value: impl Display) -> Self {
        let value = value.to_string();
        self.path.push(self.separator);
        self.path.push_str(name);
        self.path.push('=');
        self.path.extend(utf8_percent_encode(&value, NON_ALPHANUMERIC));
        self.separator = '&';
        self
    }

    /// Adds a parameter where there is a value.
    pub(super) fn with_some(self, name: &str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Path and query.
    pub(super) fn done(self) -> String {
        self.path
    }
}
