//! The fields of a record, each as the value that Go would write: durations as nanoseconds, errors with their causes
//! as text, secrets not at all.

use std::error::Error;
use std::fmt::{Debug, Write};

use tracing::field::{Field, Visit};

/// What is shown in place of a secret.
const REDACTED: &str = "<redacted>";
/// Causes of an error that are looked at; a chain can be made endless.
const CAUSES: usize = 16;

/// A value of JSON, as far as fields need them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A string.
    Text(String),
    /// A number in its digits.
    Number(String),
    /// True or false.
    Flag(bool),
}

/// All fields of one record.
#[derive(Debug)]
pub struct Fields {
    /// What happened.
    pub message: String,
    /// Which part it happened in, from the field `module`; empty for none.
    pub module: String,
    /// The rest.
    pub members: Vec<(String, Value)>,
    is_secret: fn(&str) -> bool,
}

impl Fields {
    /// None yet.
    pub fn new(is_secret: fn(&str) -> bool) -> Self {
        Self { message: String::new(), module: String::new(), members: Vec::new(), is_secret }
    }

    fn put(&mut self, field: &Field, value: Value) {
        match (field.name(), value) {
            ("message", Value::Text(text)) => self.message = text,
            ("module", Value::Text(text)) => self.module = text,
            (name, _) if (self.is_secret)(name) => {
                self.members.push((key(name), Value::Text(REDACTED.to_owned())));
            }
            (name, value) => self.members.push((key(name), value)),
        }
    }
}

/// Keys with an `@` are hclog's own, and a host trusts their types.
fn key(name: &str) -> String {
    name.trim_start_matches('@').to_owned()
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        // JSON has no words for infinity and for what is no number.
        let text = value.to_string();
        self.put(field, if value.is_finite() { Value::Number(text) } else { Value::Text(text) });
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, Value::Number(value.to_string()));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, Value::Number(value.to_string()));
    }

    fn record_i128(&mut self, field: &Field, value: i128) {
        self.put(field, Value::Number(value.to_string()));
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        self.put(field, Value::Number(value.to_string()));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, Value::Flag(value));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, Value::Text(value.to_owned()));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.put(field, Value::Text(with_causes(value)));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let mut text = String::new();
        // A value whose own formatting fails shows what it wrote until then.
        let _ = write!(text, "{value:?}");
        // What was formatted has lost its type, and only durations read like one.
        let value = nanoseconds(&text).map_or(Value::Text(text), |number| Value::Number(number.to_string()));
        self.put(field, value);
    }
}

/// The text of an error, and of its causes where it does not tell them itself.
fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    for _ in 0..CAUSES {
        let Some(error) = cause else { break };
        let told = error.to_string();
        if !text.contains(&told) {
            text = format!("{text}: {told}");
        }
        cause = error.source();
    }
    text
}

/// The nanoseconds of a duration in the form that the standard library gives it, such as `1.5s` or `20ms`.
fn nanoseconds(text: &str) -> Option<u128> {
    let units = [("ns", 0), ("µs", 3), ("ms", 6), ("s", 9_u32)];
    let (number, places) =
        units.iter().find_map(|(unit, places)| text.strip_suffix(unit).map(|number| (number, *places)))?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let is_number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(fraction) || number.ends_with('.') {
        return None;
    }
    let width = usize::try_from(places).ok()?;
    if fraction.len() > width {
        return None;
    }
    let padded = format!("{fraction:0<width$}");
    let fraction = if padded.is_empty() { 0 } else { padded.parse().ok()? };
    whole.parse::<u128>().ok()?.checked_mul(10_u128.pow(places))?.checked_add(fraction)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn every_duration_is_read_back() {
        for nanos in
            [0, 1, 999, 1_000, 1_500, 20_000_000, 1_000_000_000, 1_000_000_001, 90_061_000_000_007, u64::MAX]
        {
            let text = format!("{:?}", Duration::from_nanos(nanos));
            assert_eq!(nanoseconds(&text), Some(u128::from(nanos)), "{text}");
        }
        for text in ["", "s", "1.s", "1.5ns", "a1s", "-1s", "1", "1m", "\"5s\"", "1.2.3s", ".5s"] {
            assert_eq!(nanoseconds(text), None, "{text}");
        }
    }

    #[test]
    fn causes_are_told_once() {
        #[derive(Debug, thiserror::Error)]
        #[error("outer")]
        struct Outer(#[source] std::io::Error);
        assert_eq!(with_causes(&Outer(std::io::Error::other("inner"))), "outer: inner");
        assert_eq!(with_causes(&std::io::Error::other("alone")), "alone");
    }
}
