//! Conversion of single values, as Nomad's client converts them: numbers and bools to texts and back, exactly.
//! A text that is completed only at run time stands for any type; where the type cannot hold it, the option is
//! noted as deferred and left out.

use serde_json::{Map, Value as Json};

use super::Decoder;
use crate::config::option::{OptionInfo, Type, Width};
use crate::diagnostic::{Diagnostic, Id};
use crate::generated::diagnostics as ids;
use crate::source::Span;
use crate::value::{Entry, Node, Number, Value};

/// Whether the type is written as maps that are merged.
pub(super) fn is_map_list(ty: Type) -> bool {
    matches!(ty, Type::ListOfTextMaps | Type::ListOfNumberMaps)
}

impl Decoder {
    /// An attribute's value as JSON of its type. `None`: unset, deferred, or wrong and reported.
    pub(super) fn value(&mut self, option: &'static OptionInfo, node: &Node, path: &str) -> Option<Json> {
        match (option.ty, &node.value) {
            (_, Value::Null) => None,
            (Type::Text, value) => {
                let text = scalar_text(value);
                self.or_wrong(text.map(Json::String), option.ty, node, path)
            }
            (Type::Any, value) => Some(self.any(value, path)),
            (ty, Value::Template(text)) => {
                debug_assert!(ty != Type::Text);
                self.sources.defer(path, text);
                None
            }
            (Type::Bool, value) => self.or_wrong(flag(value).map(Json::Bool), option.ty, node, path),
            (Type::Number, _) => {
                self.number(option.width.unwrap_or(Width::Int64), node, path).map(|number| number.to_json())
            }
            (Type::ListOfText, Value::List(items)) => Some(self.texts(items, path)),
            (ty, _) => self.or_wrong(None, ty, node, path),
        }
    }

    /// Maps that are merged in order: one list with one map, as the client sends it.
    pub(super) fn maps(&mut self, ty: Type, nodes: &[&Node], path: &str) -> Option<Json> {
        let mut merged = Map::new();
        let mut any = false;
        for node in nodes {
            match &node.value {
                Value::Null => {}
                Value::Template(text) => self.sources.defer(path, text),
                Value::Object(entries) => {
                    any = true;
                    self.map(ty, entries, path, &mut merged);
                }
                Value::List(items) => {
                    any = true;
                    for item in items {
                        match &item.value {
                            Value::Object(entries) => self.map(ty, entries, path, &mut merged),
                            Value::Null => {}
                            _ => self.wrong(ty, item, path),
                        }
                    }
                }
                _ => self.wrong(ty, node, path),
            }
        }
        any.then(|| Json::Array(vec![Json::Object(merged)]))
    }

    fn map(&mut self, ty: Type, entries: &[Entry], path: &str, merged: &mut Map<String, Json>) {
        for entry in entries {
            let path = format!("{path}.{}", entry.key);
            let node = &entry.node;
            self.sources.place(&path, node.span.or(entry.key_span));
            let value = match (ty, &node.value) {
                (_, Value::Null) => Some(Json::Null),
                (Type::ListOfNumberMaps, Value::Template(text)) => {
                    self.sources.defer(&path, text);
                    None
                }
                (Type::ListOfNumberMaps, _) => {
                    self.number(Width::Int64, node, &path).map(|number| number.to_json())
                }
                (_, value) => {
                    let text = scalar_text(value).map(Json::String);
                    self.or_wrong(text, Type::Text, node, &path)
                }
            };
            if let Some(value) = value {
                merged.insert(entry.key.clone(), value);
            }
        }
    }

    fn texts(&mut self, items: &[Node], path: &str) -> Json {
        let mut texts = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let path = format!("{path}[{index}]");
            self.sources.place(&path, item.span);
            let text = match &item.value {
                Value::Null => Some(String::new()),
                value => scalar_text(value),
            };
            let text = self.or_wrong(text.map(Json::String), Type::Text, item, &path);
            // A wrong element keeps its place, so that the paths of the others stay true.
            texts.push(text.unwrap_or_else(|| Json::String(String::new())));
        }
        Json::Array(texts)
    }

    /// A value of any type stays what it is; the rule that knows the option judges.
    fn any(&mut self, value: &Value, path: &str) -> Json {
        match value {
            Value::Null => Json::Null,
            Value::Bool(flag) => Json::Bool(*flag),
            Value::Number(Number::Int(number)) => Json::from(*number),
            Value::Number(Number::Float(number)) => Json::from(*number),
            Value::Text(text) | Value::Template(text) => Json::String(text.clone()),
            Value::List(items) => {
                let items = items.iter().enumerate().map(|(index, item)| {
                    let path = format!("{path}[{index}]");
                    self.sources.place(&path, item.span);
                    self.any(&item.value, &path)
                });
                Json::Array(items.collect())
            }
            Value::Object(entries) => {
                let entries = entries.iter().map(|entry| {
                    let path = format!("{path}.{}", entry.key);
                    (entry.key.clone(), self.any(&entry.node.value, &path))
                });
                Json::Object(entries.collect())
            }
        }
    }

    fn number(&mut self, width: Width, node: &Node, path: &str) -> Option<Integer> {
        let number = match &node.value {
            Value::Number(Number::Int(number)) => Some(Integer::Signed(*number)),
            Value::Number(Number::Float(number)) => integer_of(*number),
            Value::Text(text) => return self.number_in_text(width, text, node, path),
            _ => {
                self.wrong(Type::Number, node, path);
                return None;
            }
        };
        self.in_width(number, width, node, path)
    }

    fn number_in_text(&mut self, width: Width, text: &str, node: &Node, path: &str) -> Option<Integer> {
        let number = match (text.parse::<i64>(), text.parse::<u64>(), text.parse::<f64>()) {
            (Ok(number), ..) => Some(Integer::Signed(number)),
            (_, Ok(number), _) => Some(Integer::Unsigned(number)),
            (_, _, Ok(number)) if text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) => {
                integer_of(number)
            }
            _ => {
                self.wrong(Type::Number, node, path);
                return None;
            }
        };
        self.in_width(number, width, node, path)
    }

    fn in_width(
        &mut self,
        number: Option<Integer>,
        width: Width,
        node: &Node,
        path: &str,
    ) -> Option<Integer> {
        let (id, what) = match number {
            None => (ids::NUMBER_NOT_WHOLE, "is not whole"),
            Some(Integer::Signed(number)) if !width.holds(number) => {
                (ids::NUMBER_OUT_OF_RANGE, "is out of range")
            }
            Some(Integer::Unsigned(_)) if width != Width::Uint64 => {
                (ids::NUMBER_OUT_OF_RANGE, "is out of range")
            }
            fits => return fits,
        };
        let message = format!("failed to decode driver config: the number of `{path}` {what}.");
        self.report(Diagnostic::error(id, message).at(path).spanned(node.span).accepts(width.accepted()));
        None
    }

    fn or_wrong(&mut self, value: Option<Json>, ty: Type, node: &Node, path: &str) -> Option<Json> {
        if value.is_none() {
            self.wrong(ty, node, path);
        }
        value
    }

    fn wrong(&mut self, ty: Type, node: &Node, path: &str) {
        let name = path.rsplit('.').next().unwrap_or(path);
        let article = if ty == Type::Any { "" } else { "a " };
        let message = format!(
            "Incorrect attribute value type: Inappropriate value for attribute \"{name}\": {article}{} is required.",
            ty.nomad_name()
        );
        let diagnostic = Diagnostic::error(ids::WRONG_TYPE, message)
            .at(path)
            .spanned(node.span)
            .label(format!("this is {}", node.value.kind()))
            .accepts(accepted(ty));
        self.report(match (ty, &node.value) {
            (Type::ListOfText, Value::Text(_)) => diagnostic.suggest("Put it into brackets: `[…]`."),
            _ => diagnostic,
        });
    }
}

/// A block where an attribute is expected.
pub(super) fn block_for_attribute(option: &OptionInfo, entry: &Entry, path: &str) -> Diagnostic {
    let message = format!("`{}` is an attribute, not a block.", option.name);
    Diagnostic::error(ids::BLOCK_NOT_ACCEPTED, message)
        .at(path)
        .spanned(entry.key_span.or(entry.node.span))
        .accepts(accepted(option.ty))
        .suggest(format!("Write `{} = {}`.", option.name, option.example))
}

/// Something else where a block is expected.
pub(super) fn wrong_kind(option: &OptionInfo, value: &Value, span: Option<Span>, path: &str) -> Diagnostic {
    let message = format!("`{}` is a block, not {}.", option.name, value.kind());
    let names: Vec<String> = option.options.iter().map(|inner| format!("`{}`", inner.name)).collect();
    Diagnostic::error(ids::ATTRIBUTE_NOT_ACCEPTED, message).at(path).spanned(span).accepts(format!(
        "a block `{} {{ … }}` with {}",
        option.name,
        names.join(", ")
    ))
}

/// What may stand once, called `what`, stands again at `place`; the last one is taken.
pub(super) fn set_again(
    id: Id,
    what: &str,
    path: &str,
    place: Option<Span>,
    first: Option<Span>,
) -> Diagnostic {
    Diagnostic::error(id, format!("`{what}` may be set only once here."))
        .at(path)
        .spanned(place)
        .label("set again")
        .related(first, "first set here")
        .suggest("Keep one of them.")
}

fn accepted(ty: Type) -> &'static str {
    match ty {
        Type::Text => "a string",
        Type::Number => "a whole number",
        Type::Bool => "true or false",
        Type::Any => "a string or a list of strings",
        Type::ListOfText => "a list of strings",
        Type::ListOfTextMaps | Type::TextMap => "keys and strings, as a block or an object",
        Type::ListOfNumberMaps => "keys and whole numbers, as a block or an object",
    }
}

/// An integer of any width that an option may have.
enum Integer {
    Signed(i64),
    Unsigned(u64),
}

impl Integer {
    fn to_json(&self) -> Json {
        match self {
            Integer::Signed(number) => Json::from(*number),
            Integer::Unsigned(number) => Json::from(*number),
        }
    }
}

/// A float that is a whole number below 2⁵³ is that number; everything else is a fraction to Nomad's decoder.
fn integer_of(number: f64) -> Option<Integer> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[allow(clippy::cast_possible_truncation, reason = "whole and in range, as just tested")]
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(Integer::Signed(number as i64))
}

fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Text(text) => match text.as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// A scalar as the text that Nomad makes of it.
fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) | Value::Template(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::List(_) | Value::Object(_) => None,
    }
}
