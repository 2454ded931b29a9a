//! One entry of the journal as `journalctl --output=json` prints it.

use serde::Deserialize;
use serde_json::Value;

/// A piece of a container's output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it stands in the journal.
    pub cursor: String,
    /// Whether it is of standard error.
    pub stderr: bool,
    /// The bytes, with the end of the line where the task wrote one.
    pub text: Vec<u8>,
}

#[derive(Deserialize)]
struct Wire {
    #[serde(rename = "__CURSOR")]
    cursor: String,
    #[serde(rename = "PRIORITY", default)]
    priority: Value,
    #[serde(rename = "MESSAGE", default)]
    message: Value,
    #[serde(rename = "CONTAINER_PARTIAL_MESSAGE", default)]
    partial: Value,
}

/// The entry in a line; `None` for what is none.
pub fn parse(line: &[u8]) -> Option<Entry> {
    let Wire { cursor, priority, message, partial } = serde_json::from_slice(line).ok()?;
    let mut text = bytes(message);
    // Some versions of conmon leave the end of the line in the message.
    if partial.as_str() != Some("true") && text.last() != Some(&b'\n') {
        text.push(b'\n');
    }
    Some(Entry { cursor, stderr: priority.as_str() == Some("3"), text })
}

/// Text is printed as text, anything else as a list of bytes, and a field that is there twice as a list of both.
fn bytes(value: Value) -> Vec<u8> {
    match value {
        Value::String(text) => text.into_bytes(),
        Value::Array(bytes) => {
            bytes.iter().filter_map(Value::as_u64).filter_map(|byte| u8::try_from(byte).ok()).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Entry, parse};

    #[track_caller]
    fn check(line: &str, stderr: bool, text: &[u8]) {
        let expected = Entry { cursor: "s=1;i=2".to_owned(), stderr, text: text.to_vec() };
        assert_eq!(parse(line.as_bytes()), Some(expected));
    }

    #[test]
    fn entries_become_what_the_task_wrote() {
        check(r#"{"__CURSOR":"s=1;i=2","PRIORITY":"6","MESSAGE":"läuft"}"#, false, "läuft\n".as_bytes());
        check(r#"{"__CURSOR":"s=1;i=2","PRIORITY":"3","MESSAGE":[0,255,10]}"#, true, &[0, 255, 10]);
        check(r#"{"__CURSOR":"s=1;i=2","PRIORITY":"3","MESSAGE":[0,255]}"#, true, &[0, 255, 10]);
        check(
            r#"{"__CURSOR":"s=1;i=2","MESSAGE":"half","CONTAINER_PARTIAL_MESSAGE":"true"}"#,
            false,
            b"half",
        );
        check(r#"{"__CURSOR":"s=1;i=2","MESSAGE":""}"#, false, b"\n");
        check(r#"{"__CURSOR":"s=1;i=2"}"#, false, b"\n");
        for nothing in ["", "-- No entries --", "{}", "[]", r#"{"__CURSOR":5}"#] {
            assert_eq!(parse(nothing.as_bytes()), None, "{nothing}");
        }
    }
}
