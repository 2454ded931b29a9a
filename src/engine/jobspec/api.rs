//! Jobs in the API's JSON (`{"Job": {…}}`, what `nomad job inspect` prints): the same parts under other names, and
//! nothing to evaluate. Names count in any case, as Go reads them.

use jsonc_parser::ast;
use jsonc_parser::common::Ranged as _;

use super::body::json_number;
use super::eval::Evaluator;
use super::ids;
use super::job::Spanned;
use super::raw::Raw;
use super::schema::{JOB, Kind};
use super::val::text_value;
use crate::value::{Entry, Node, Value};

/// The job object, where the text is a job in the API's form.
pub(crate) fn job<'a>(root: &'a ast::Object<'a>) -> Option<&'a ast::Object<'a>> {
    let whole = |object: &ast::Object<'_>| property(object, "TaskGroups").is_some();
    match root.properties.iter().find(|property| property.name.as_str() == "Job") {
        Some(job) => match &job.value {
            ast::Value::Object(job) => Some(job),
            _ => None,
        },
        None => Some(root).filter(|root| whole(root)),
    }
}

fn property<'a>(object: &'a ast::Object<'a>, name: &str) -> Option<&'a ast::ObjectProp<'a>> {
    object.properties.iter().find(|property| property.name.as_str().eq_ignore_ascii_case(name))
}

/// Reads a job.
pub(crate) fn read(cx: &Evaluator<'_>, job: &ast::Object<'_>) -> Raw {
    block(cx, &JOB, job, None)
}

fn block(
    cx: &Evaluator<'_>,
    kind: &'static Kind,
    object: &ast::Object<'_>,
    key: Option<Spanned<String>>,
) -> Raw {
    let span = cx.json_span(&object.range);
    // HCL has one name for both kinds of port.
    let name = if kind.name.is_empty() { "port" } else { kind.name };
    let mut raw = Raw { kind: name, label: key, entries: Vec::new(), blocks: Vec::new(), span };
    if let Some(ast::Value::StringLit(text)) =
        kind.label.and_then(|label| property(object, label)).map(|it| &it.value)
    {
        raw.label = Some(Spanned { value: text.value.to_string(), span: cx.json_span(&text.range) });
    }
    for (name, api) in kind.attributes.iter().chain(kind.free) {
        let Some(property) = property(object, api) else { continue };
        if matches!(property.value, ast::Value::NullKeyword(_)) || is_unset_port(api, &property.value) {
            continue;
        }
        let key_span = cx.json_span(&property.name.range());
        raw.entries.push(Entry {
            key: (*name).to_owned(),
            key_span,
            node: node(cx, &property.value),
            block: false,
        });
    }
    for inner in kind.blocks {
        if let Some(property) = property(object, inner.api) {
            blocks(cx, inner, &property.value, &mut raw);
        }
    }
    raw
}

/// Go writes a port that Nomad chooses as 0.
fn is_unset_port(name: &str, value: &ast::Value<'_>) -> bool {
    matches!(name, "Value" | "To") && matches!(value, ast::Value::NumberLit(number) if number.value == "0")
}

fn blocks(cx: &Evaluator<'_>, kind: &'static Kind, value: &ast::Value<'_>, raw: &mut Raw) {
    match value {
        ast::Value::NullKeyword(_) => {}
        ast::Value::Array(array) => array.elements.iter().for_each(|value| blocks(cx, kind, value, raw)),
        // Volumes are an object by their names.
        ast::Value::Object(object) if kind.name == "volume" => {
            for property in &object.properties {
                if let ast::Value::Object(volume) = &property.value {
                    let span = cx.json_span(&property.name.range());
                    let key = Spanned { value: property.name.as_str().to_owned(), span };
                    let mut volume = block(cx, kind, volume, Some(key.clone()));
                    volume.label = Some(key);
                    raw.blocks.push(volume);
                }
            }
        }
        ast::Value::Object(object) => raw.blocks.push(block(cx, kind, object, None)),
        other => {
            let message = format!("\"{}\" is an object, or a list of objects.", kind.api);
            let _ = cx.fail::<()>(ids::WRONG_JOB_VALUE, cx.json_span(&other.range()), message);
        }
    }
}

/// A value as it is; texts are completed by the client only.
fn node(cx: &Evaluator<'_>, value: &ast::Value<'_>) -> Node {
    let inner = match value {
        ast::Value::StringLit(text) => text_value(&text.value),
        ast::Value::NumberLit(number) => Value::Number(json_number(number.value)),
        ast::Value::BooleanLit(it) => Value::Bool(it.value),
        ast::Value::NullKeyword(_) => Value::Null,
        ast::Value::Array(array) => Value::List(array.elements.iter().map(|item| node(cx, item)).collect()),
        ast::Value::Object(object) => Value::Object(
            object
                .properties
                .iter()
                .map(|property| Entry {
                    key: property.name.as_str().to_owned(),
                    key_span: cx.json_span(&property.name.range()),
                    node: node(cx, &property.value),
                    block: false,
                })
                .collect(),
        ),
    };
    Node::new(inner, cx.json_span(&value.range()))
}
