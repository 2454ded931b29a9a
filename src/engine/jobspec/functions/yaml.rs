//! `yamldecode` and `yamlencode`. Reading takes a parser's events and decides which plain words are numbers, bools,
//! null or times, with YAML 1.1's words for yes and no, as Nomad's parser has them. Writing knows the one style that
//! Nomad writes: blocks, quoted keys and texts, literal style for texts of several lines.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use saphyr_parser::{Event, Parser, ScalarStyle};

use super::{Fault, Outcome, arg, text_at};
use crate::jobspec::convert::to_text;
use crate::jobspec::eval::Evaluator;
use crate::jobspec::number;
use crate::jobspec::val::Val;

/// How deep lists and mappings may lie inside each other.
const DEPTH: usize = 100;

/// What is being built: a sequence, or a mapping with the key whose value comes next.
enum Open {
    Sequence(usize, Vec<Val>),
    Mapping(usize, BTreeMap<Arc<str>, Val>, Option<Val>),
}

pub(super) fn yamldecode(cx: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let text = text_at(args, 0)?;
    let mut open: Vec<Open> = Vec::new();
    let mut anchors: HashMap<usize, Val> = HashMap::new();
    let mut root = None;
    for event in Parser::new_from_str(&text) {
        let (event, _) = event.map_err(|why| Fault::Argument(0, format!("it is not YAML: {why}")))?;
        if open.len() > DEPTH {
            return Err(Fault::TooLarge);
        }
        let (anchor, val) = match event {
            Event::SequenceStart(anchor, _) => {
                open.push(Open::Sequence(anchor, Vec::new()));
                continue;
            }
            Event::MappingStart(anchor, _) => {
                open.push(Open::Mapping(anchor, BTreeMap::new(), None));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some(Open::Sequence(anchor, items)) => (anchor, Val::tuple(items)),
                Some(Open::Mapping(anchor, fields, _)) => (anchor, Val::object(fields)),
                None => continue,
            },
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.as_ref().map(|tag| tag.suffix.as_str());
                (anchor, scalar(&text, style, tag)?)
            }
            Event::Alias(anchor) => {
                let val = anchors.get(&anchor).cloned();
                (0, val.ok_or_else(|| Fault::Argument(0, "an alias has no anchor before it".to_owned()))?)
            }
            Event::DocumentStart(_) if root.is_some() => {
                return Err(Fault::Argument(0, "it holds more than one document".to_owned()));
            }
            _ => continue,
        };
        cx.env.budget.charge(val.weight())?;
        if anchor > 0 {
            anchors.insert(anchor, val.clone());
        }
        match open.last_mut() {
            None => root = Some(val),
            Some(Open::Sequence(_, items)) => items.push(val),
            Some(Open::Mapping(_, fields, key)) => match key.take() {
                None => *key = Some(val),
                Some(key) => insert(fields, &key, val)?,
            },
        }
    }
    root.ok_or_else(|| Fault::Argument(0, "it holds no document".to_owned()))
}

fn insert(fields: &mut BTreeMap<Arc<str>, Val>, key: &Val, val: Val) -> Result<(), Fault> {
    let key = to_text(key).map_err(|_| Fault::Argument(0, "the key of a mapping is no text".to_owned()))?;
    if &*key != "<<" {
        fields.insert(key, val);
        return Ok(());
    }
    // A merge key brings in the members of a mapping, or of a list of them, that are not there yet.
    let single = [val.clone()];
    for from in val.items().unwrap_or(&single) {
        let members = from
            .fields()
            .ok_or_else(|| Fault::Argument(0, "only a mapping can be merged with <<".to_owned()))?;
        for (key, val) in members {
            fields.entry(key.clone()).or_insert_with(|| val.clone());
        }
    }
    Ok(())
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&str>) -> Outcome {
    let wrong = |what: &str| Fault::Argument(0, format!("\"{text}\" is no {what}"));
    match tag {
        Some("str" | "binary") => Ok(Val::text(text)),
        Some("bool") => word(text).filter(|val| matches!(val, Val::Bool(_))).ok_or_else(|| wrong("bool")),
        Some("int" | "float") => numeric(text).ok_or_else(|| wrong("number")),
        Some("null") => Ok(Val::Null),
        Some("timestamp") => date(text).ok_or_else(|| wrong("time")),
        Some(other) => Err(Fault::Argument(0, format!("the tag \"{other}\" is not supported"))),
        None if style != ScalarStyle::Plain => Ok(Val::text(text)),
        None if matches!(text, ".nan" | ".NaN" | ".NAN") => Err(wrong("number that HCL knows")),
        None => {
            Ok(word(text).or_else(|| date(text)).or_else(|| numeric(text)).unwrap_or_else(|| Val::text(text)))
        }
    }
}

fn word(text: &str) -> Option<Val> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Some(Val::Bool(true))
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Some(Val::Bool(false))
        }
        "" | "~" | "null" | "Null" | "NULL" => Some(Val::Null),
        _ => None,
    }
}

fn numeric(text: &str) -> Option<Val> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if let Some(hex) = text.strip_prefix("0x") {
        return i64::from_str_radix(hex, 16).ok().map(Val::int);
    }
    if let Some(octal) = text.strip_prefix("0o") {
        return i64::from_str_radix(octal, 8).ok().map(Val::int);
    }
    if !digits.starts_with(|c: char| c == '.' || c.is_ascii_digit()) {
        return None;
    }
    number::parse(text.strip_prefix('+').unwrap_or(text)).map(Val::Number)
}

/// A day, or a time with `T` and zone; both become the RFC 3339 form.
fn date(text: &str) -> Option<Val> {
    let shape = |text: &str| {
        let parts: Vec<_> = text.split('-').collect();
        let number = |text: &&str, most: usize| {
            (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
        };
        match parts.as_slice() {
            [year, month, day]
                if year.len() == 4 && number(year, 4) && number(month, 2) && number(day, 2) =>
            {
                let month = month.parse::<i8>().ok()?;
                let date = jiff::civil::Date::new(year.parse().ok()?, month, day.parse().ok()?).ok()?;
                Some(date.to_string())
            }
            _ => None,
        }
    };
    if text.len() <= 10 {
        return shape(text).map(|date| Val::text(format!("{date}T00:00:00Z")));
    }
    let (day, clock) = text.split_once(['T', 't'])?;
    let zone = clock.find(['Z', '+', '-']).and_then(|at| clock.split_at_checked(at))?;
    let seconds = zone.0.split_once('.').map_or(zone.0, |(seconds, _)| seconds);
    let plain = seconds.len() == 8 && seconds.bytes().all(|byte| byte == b':' || byte.is_ascii_digit());
    shape(day).filter(|_| plain).map(|date| Val::text(format!("{date}T{seconds}{}", zone.1)))
}

pub(super) fn yamlencode(cx: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let mut out = String::new();
    write(arg(args, 0)?, 0, Position::Top, &mut out);
    cx.env.budget.charge_text(out.len())?;
    Ok(Val::text(out))
}

/// What is right before a value on its line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Position {
    Top,
    Dash,
    Key,
}

/// Writes a value; `indent` is where the lines of a mapping or list inside of it begin.
fn write(val: &Val, indent: usize, after: Position, out: &mut String) {
    let gap = if after == Position::Top { "" } else { " " };
    match val {
        Val::List(items) | Val::Tuple(items) | Val::Set(items) if !items.is_empty() => {
            // A list right under a key is not indented.
            let indent = if after == Position::Key { indent.saturating_sub(2) } else { indent };
            for (at, item) in items.iter().enumerate() {
                line(at, indent, after, out);
                out.push('-');
                write(item, indent + 2, Position::Dash, out);
            }
        }
        Val::Map(fields) | Val::Object(fields) if !fields.is_empty() => {
            for (at, (key, val)) in fields.iter().enumerate() {
                line(at, indent, after, out);
                quote(key, out);
                out.push(':');
                write(val, indent + 2, Position::Key, out);
            }
        }
        Val::List(_) | Val::Tuple(_) | Val::Set(_) => {
            out.push_str(gap);
            out.push_str("[]\n");
        }
        Val::Map(_) | Val::Object(_) => {
            out.push_str(gap);
            out.push_str("{}\n");
        }
        Val::Text(text) if text.contains('\n') => {
            out.push_str(gap);
            literal(text, indent.max(2), out);
        }
        Val::Text(text) => {
            out.push_str(gap);
            quote(text, out);
            out.push('\n');
        }
        Val::Null | Val::Bool(_) | Val::Number(_) => {
            out.push_str(gap);
            out.push_str(&to_text(val).unwrap_or_else(|_| "null".into()));
            out.push('\n');
        }
    }
}

/// Begins the line of an element: the first one stays behind a dash.
fn line(at: usize, indent: usize, after: Position, out: &mut String) {
    match (at, after) {
        (0, Position::Dash) => out.push(' '),
        (0, Position::Key) => {
            out.push('\n');
            out.push_str(&" ".repeat(indent));
        }
        _ => out.push_str(&" ".repeat(indent)),
    }
}

fn literal(text: &str, indent: usize, out: &mut String) {
    out.push('|');
    if text.starts_with([' ', '\n']) {
        out.push('2');
    }
    out.push_str(match (text.ends_with('\n'), text.ends_with("\n\n") || text == "\n") {
        (false, _) => "-",
        (true, true) => "+",
        (true, false) => "",
    });
    out.push('\n');
    for line in text.split_inclusive('\n') {
        if line != "\n" {
            out.push_str(&" ".repeat(indent));
        }
        out.push_str(line);
    }
    if !text.ends_with('\n') {
        out.push('\n');
    }
}

fn quote(text: &str, out: &mut String) {
    use std::fmt::Write as _;
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0' => out.push_str("\\0"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            '\u{1b}' => out.push_str("\\e"),
            '\u{85}' => out.push_str("\\N"),
            '\u{a0}' => out.push_str("\\_"),
            '\u{2028}' => out.push_str("\\L"),
            '\u{2029}' => out.push_str("\\P"),
            '\0'..='\u{1f}' | '\u{7f}' => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\x{:02X}", u32::from(letter));
            }
            _ => out.push(letter),
        }
    }
    out.push('"');
}
