//! Functions between values and base64, JSON, CSV and URLs.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Fault, Outcome, arg, text_at};
use crate::jobspec::eval::Evaluator;
use crate::jobspec::number;
use crate::jobspec::val::Val;

pub(super) fn base64encode(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    Ok(Val::text(STANDARD.encode(text_at(args, 0)?.as_bytes())))
}

pub(super) fn base64decode(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    // Go skips line ends inside of base64.
    let text = text_at(args, 0)?.replace(['\r', '\n'], "");
    let bytes = STANDARD.decode(text).map_err(|_| Fault::Argument(0, "it is not base64".to_owned()))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Val::text(text)),
        Err(_) => Err("what it holds is not text in UTF-8".into()),
    }
}

pub(super) fn urlencode(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const KEPT: &AsciiSet =
        &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b' ');
    let text = text_at(args, 0)?;
    Ok(Val::text(utf8_percent_encode(&text, KEPT).to_string().replace(' ', "+")))
}

pub(super) fn jsonencode(cx: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let mut out = String::new();
    write_json(arg(args, 0)?, &mut out);
    cx.env.budget.charge_text(out.len())?;
    Ok(Val::text(out))
}

/// A value as JSON the way Go writes it, with `<`, `>` and `&` escaped.
pub(super) fn write_json(val: &Val, out: &mut String) {
    match val {
        Val::Null => out.push_str("null"),
        Val::Bool(it) => out.push_str(if *it { "true" } else { "false" }),
        Val::Number(number) => out.push_str(&number.to_string()),
        Val::Text(text) => write_json_text(text, out),
        Val::List(items) | Val::Tuple(items) | Val::Set(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_json(item, out);
            }
            out.push(']');
        }
        Val::Map(fields) | Val::Object(fields) => {
            out.push('{');
            for (at, (key, val)) in fields.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_json_text(key, out);
                out.push(':');
                write_json(val, out);
            }
            out.push('}');
        }
    }
}

fn write_json_text(text: &str, out: &mut String) {
    use std::fmt::Write as _;
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(letter));
            }
            _ => out.push(letter),
        }
    }
    out.push('"');
}

pub(super) fn jsondecode(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let json = serde_json::from_str(&text_at(args, 0)?);
    json.map(from_json).map_err(|why| Fault::Argument(0, format!("it is not JSON: {why}")))
}

fn from_json(json: serde_json::Value) -> Val {
    match json {
        serde_json::Value::Null => Val::Null,
        serde_json::Value::Bool(it) => Val::Bool(it),
        serde_json::Value::Number(number) => Val::Number(match number.as_i64() {
            Some(int) => crate::value::Number::Int(int),
            None => number::from_float(number.as_f64().unwrap_or(0.0)),
        }),
        serde_json::Value::String(text) => Val::text(text),
        serde_json::Value::Array(items) => Val::tuple(items.into_iter().map(from_json).collect()),
        serde_json::Value::Object(fields) => {
            Val::object(fields.into_iter().map(|(key, json)| (Arc::from(key), from_json(json))).collect())
        }
    }
}

pub(super) fn csvdecode(cx: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let text = text_at(args, 0)?;
    let wrong = |why: csv::Error| Fault::Argument(0, format!("it is not CSV: {why}"));
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let names: Vec<Arc<str>> = reader.headers().map_err(wrong)?.iter().map(Arc::from).collect();
    if names.is_empty() {
        return Err(Fault::Argument(0, "the line with the names of the columns is missing".to_owned()));
    }
    let mut sorted = names.clone();
    sorted.sort();
    if let Some(twice) =
        sorted.windows(2).find(|pair| pair.first() == pair.last()).and_then(|pair| pair.first())
    {
        return Err(Fault::Argument(0, format!("two columns are called \"{twice}\"")));
    }
    let mut rows = Vec::new();
    for row in reader.records() {
        let row = row.map_err(wrong)?;
        let fields = names.iter().cloned().zip(row.iter().map(Val::text)).collect::<BTreeMap<_, _>>();
        let row = Val::object(fields);
        cx.env.budget.charge(row.weight())?;
        rows.push(row);
    }
    Ok(Val::list(rows))
}
