//! One record as one line of JSON, in the order and with the escapes of hclog. A host splits lines of 64 KiB, so
//! long texts are cut and fields that do not fit are left out, with a mark.

use std::fmt::Write;

use jiff::Timestamp;

use super::values::{Fields, Value};

/// Bytes of a text, as it is written, beyond which it is cut.
const TEXT: usize = 12 << 10;
/// Bytes of a line beyond which no field is begun. With one more text and its name this stays below 64 KiB.
const LINE: usize = 36 << 10;
/// Stands where a text was cut.
const CUT: &str = "… (cut)";

/// A line.
#[derive(Debug)]
pub struct Line {
    text: String,
}

impl Line {
    /// Puts a record together.
    pub fn new(name: &str, level: &str, now: Timestamp, fields: Fields) -> Self {
        let mut line = Self { text: String::with_capacity(256) };
        line.text.push('{');
        line.member("@level", &Value::Text(level.to_owned()));
        line.member("@message", &Value::Text(fields.message));
        let module =
            if fields.module.is_empty() { name.to_owned() } else { format!("{name}.{}", fields.module) };
        line.member("@module", &Value::Text(module));
        let time = now.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string();
        line.member("@timestamp", &Value::Text(time));
        let mut left_out = 0_u64;
        for (key, value) in &fields.members {
            if line.text.len() < LINE {
                line.member(key, value);
            } else {
                left_out = left_out.saturating_add(1);
            }
        }
        if left_out > 0 {
            line.member("fields_left_out", &Value::Number(left_out.to_string()));
        }
        line.text.push_str("}\n");
        line
    }

    /// The line with its end.
    pub fn into_bytes(self) -> Vec<u8> {
        self.text.into_bytes()
    }

    fn member(&mut self, key: &str, value: &Value) {
        if self.text.len() > 1 {
            self.text.push(',');
        }
        quote(&mut self.text, key);
        self.text.push(':');
        match value {
            Value::Text(text) => quote(&mut self.text, text),
            Value::Number(digits) => self.text.push_str(digits),
            Value::Flag(flag) => self.text.push_str(if *flag { "true" } else { "false" }),
        }
    }
}

/// A string of JSON, escaped as Go's encoder does.
fn quote(out: &mut String, text: &str) {
    out.push('"');
    let begin = out.len();
    for character in text.chars() {
        if out.len().saturating_sub(begin) > TEXT {
            out.push_str(CUT);
            break;
        }
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => unicode(out, character),
            control if control < ' ' => unicode(out, control),
            other => out.push(other),
        }
    }
    out.push('"');
}

fn unicode(out: &mut String, character: char) {
    // Writing to a String cannot fail.
    let _ = write!(out, "\\u{:04x}", u32::from(character));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(fields: Fields) -> String {
        let now = "2026-01-02T03:04:05.000600Z".parse().unwrap();
        String::from_utf8(Line::new("podman", "info", now, fields).into_bytes()).unwrap()
    }

    #[test]
    fn a_line_is_as_hclog_writes_it() {
        let mut fields = Fields::new(|_| false);
        fields.message = "a <b> & \"c\"\n\u{1}\u{2028}".to_owned();
        fields.module = "default".to_owned();
        fields.members.push(("n".to_owned(), Value::Number("7".to_owned())));
        fields.members.push(("f".to_owned(), Value::Flag(true)));
        assert_eq!(
            line(fields),
            "{\"@level\":\"info\",\"@message\":\"a \\u003cb\\u003e \\u0026 \\\"c\\\"\\n\\u0001\\u2028\",\
             \"@module\":\"podman.default\",\"@timestamp\":\"2026-01-02T03:04:05.000600Z\",\"n\":7,\"f\":true}\n"
        );
    }

    #[test]
    fn a_line_stays_below_64_kib_whatever_comes() {
        let long = "<".repeat(100_000);
        let mut fields = Fields::new(|_| false);
        fields.message.clone_from(&long);
        fields.module.clone_from(&long);
        fields.members.push((long.clone(), Value::Text(long.clone())));
        for number in 0..1000 {
            fields.members.push((format!("field{number}"), Value::Text(long.clone())));
        }
        let line = line(fields);
        assert!(line.len() < 64 << 10, "{}", line.len());
        let read: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert!(read["@message"].as_str().unwrap().ends_with(CUT));
        assert!(read["fields_left_out"].as_u64().unwrap() >= 999, "{read}");
    }
}
