//! What must not be shown: options that are marked as secret, and environment whose name says so.
//! Redacting is by name, since a value does not tell what it is.

use std::fmt;

use serde_json::{Map, Value};

use crate::config::option::OptionInfo;
pub use crate::config::syntax::secret_name::is_secret_name;

/// What stands for a secret wherever it would be shown.
pub const REDACTED: &str = "<redacted>";

/// A text that is never printed by accident.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one place that sends it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

/// Redacts the values of an environment by their names.
pub fn redact_environment(entries: &mut Map<String, Value>) {
    for (name, value) in entries.iter_mut() {
        if is_secret_name(name) && !value.is_null() {
            *value = Value::String(REDACTED.to_owned());
        }
    }
}

/// Redacts an option's value, or the secret ones of a block's options.
pub fn redact_option(option: &OptionInfo, value: &mut Value) {
    match value {
        Value::Null => {}
        _ if option.sensitive => *value = Value::String(REDACTED.to_owned()),
        Value::Array(items) => items.iter_mut().for_each(|item| redact_option(option, item)),
        Value::Object(entries) => {
            for inner in option.options {
                if let Some(value) = entries.get_mut(inner.name) {
                    redact_option(inner, value);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_is_secret() {
        for name in [
            "DB_PASSWORD",
            "token",
            "AWS_SECRET_ACCESS_KEY",
            "apiKey",
            "PGPASSWORD",
            "SSH_KEY",
            "secretName",
            "MY_PASS",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in ["KEYBOARD", "MONKEY", "PATH", "HOME", "COMPASS", "NOMAD_TASK_NAME", "NOMAD_SECRETS_DIR"]
        {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn a_secret_does_not_print() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "<redacted>");
    }
}
