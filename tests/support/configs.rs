//! Configs made at random from the option table: mostly of the right type, some of them well-formed, some not.
//! One config can be written as HCL, as a job in JSON and as the msgpack that a client sends.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use podman_driver_engine::config::option::{Kind, OptionInfo, Type, Width};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// The example of an option as JSON, read from its HCL text.
pub fn example(option: &OptionInfo) -> Value {
    let body: hcl::Value = hcl::from_str(&format!("it = {}", option.example)).unwrap();
    serde_json::to_value(body).unwrap()["it"].clone()
}

/// A config as a JSON object. With `exact`, every value has just its option's type; otherwise also what Nomad
/// converts, and what it refuses.
pub fn config(table: &'static [OptionInfo], exact: bool) -> BoxedStrategy<Map<String, Value>> {
    let entries: Vec<_> = table
        .iter()
        .map(|option| {
            let chance = if option.required { 0.97 } else { 0.25 };
            proptest::option::weighted(chance, value(option, exact)).prop_map(|value| (option.name, value))
        })
        .collect();
    entries
        .prop_map(|entries| {
            entries.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
        })
        .boxed()
}

fn value(option: &'static OptionInfo, exact: bool) -> BoxedStrategy<Value> {
    let right = match option.kind {
        Kind::Block => config(option.options, exact).prop_map(Value::Object).boxed(),
        Kind::BlockList => prop::collection::vec(config(option.options, exact).prop_map(Value::Object), 1..3)
            .prop_map(Value::Array)
            .boxed(),
        Kind::BlockMap => {
            let body = config(option.options, exact).prop_map(Value::Object);
            prop::collection::btree_map("[a-z][a-z.:0-9]{0,9}", body, 1..3)
                .prop_map(|blocks| Value::Object(blocks.into_iter().collect()))
                .boxed()
        }
        Kind::BlockAttrs => map(text(), 3).prop_map(Value::Object).boxed(),
        Kind::Attribute => attribute(option),
    };
    if exact {
        return right;
    }
    prop_oneof![12 => right, 1 => odd()].boxed()
}

fn attribute(option: &'static OptionInfo) -> BoxedStrategy<Value> {
    let written = Just(example(option));
    let random = match option.ty {
        Type::Text => text().prop_map(Value::String).boxed(),
        Type::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Type::Number => number(option.width.unwrap_or(Width::Int64)),
        Type::Any => prop_oneof![text().prop_map(Value::String), texts()].boxed(),
        Type::ListOfText => texts(),
        Type::ListOfTextMaps | Type::TextMap => map(text(), 3).prop_map(|map| json!([map])).boxed(),
        Type::ListOfNumberMaps => numbers().prop_map(|map| json!([map])).boxed(),
    };
    let written = written.prop_map(move |value| match (option.ty, value) {
        (Type::ListOfTextMaps | Type::ListOfNumberMaps, Value::Object(map)) => json!([map]),
        (_, value) => value,
    });
    prop_oneof![written, random].boxed()
}

fn number(width: Width) -> BoxedStrategy<Value> {
    match width {
        Width::Int64 => any::<i64>().prop_map(Value::from).boxed(),
        // Numbers of HCL beyond 2⁶³ are another matter; a client sends them as text.
        Width::Uint64 => (0..=i64::MAX).prop_map(Value::from).boxed(),
        Width::Int16 => any::<i16>().prop_map(Value::from).boxed(),
    }
}

fn numbers() -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::btree_map("[a-z]{1,6}", (1i64..70000).prop_map(Value::from), 0..3)
        .prop_map(|map| map.into_iter().collect())
}

fn map(value: BoxedStrategy<String>, most: usize) -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::btree_map("[a-z][a-z_]{0,6}", value.prop_map(Value::String), 0..most)
        .prop_map(|map| map.into_iter().collect())
}

fn texts() -> BoxedStrategy<Value> {
    prop::collection::vec(text().prop_map(Value::String), 0..4).prop_map(Value::Array).boxed()
}

/// Texts without `${` and `%{`, which mean something to HCL.
fn text() -> BoxedStrategy<String> {
    prop_oneof![
        "[a-z0-9./:=,_-]{0,24}",
        "[0-9]{1,6}[bkmgt]?",
        "/[a-z]{1,5}:/[a-z]{1,5}(:ro|:rw,z)?",
        "(host|none|bridge|private|keep-id|auto|container:x|task:db|ns:/run/x|pasta)",
        "[ -#&-z|~àé€😀\n\t]{0,12}",
    ]
    .boxed()
}

/// Values that are of some other type, perhaps.
fn odd() -> BoxedStrategy<Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i32>().prop_map(Value::from),
        (-1000i32..1000).prop_map(|n| json!(f64::from(n) + 0.5)),
        Just(json!("true")),
        Just(json!("64")),
        Just(json!("${NOMAD_META_x}")),
        text().prop_map(Value::String),
        texts(),
        map(text(), 3).prop_map(Value::Object),
        Just(json!([1, true, "x"])),
        Just(json!([[]])),
        Just(json!({ "a": { "b": 1 } })),
    ]
    .boxed()
}

/// The config as a job in HCL. Blocks are written as blocks, maps as blocks or objects by their number of keys.
pub fn as_hcl(table: &'static [OptionInfo], config: &Map<String, Value>) -> String {
    format!(
        "job \"j\" {{\ngroup \"g\" {{\ntask \"t\" {{\ndriver = \"podman\"\nconfig {{\n{}}}\n}}\n}}\n}}\n",
        body(table, config)
    )
}

fn body(table: &'static [OptionInfo], config: &Map<String, Value>) -> String {
    let mut text = String::new();
    for (name, value) in config {
        let option = table.iter().find(|option| option.name == name);
        let nested = option.map_or(&[][..], |option| option.options);
        let block =
            |value: &Value| value.as_object().map(|map| format!("{name} {{\n{}}}\n", body(nested, map)));
        let bare =
            |value: &Value| value.as_object().is_some_and(|map| map.keys().all(|key| !key.contains('.')));
        let blocks = match (option.map(|option| (option.kind, option.ty)), value) {
            (Some((Kind::Block | Kind::BlockAttrs, _)), Value::Object(_)) if bare(value) => block(value),
            (Some((Kind::BlockList, _)), Value::Array(items)) => items.iter().map(block).collect(),
            (Some((_, Type::ListOfTextMaps | Type::ListOfNumberMaps)), Value::Array(items))
                if items.len() == 1 && bare(&items[0]) =>
            {
                block(&items[0])
            }
            _ => None,
        };
        text.push_str(&blocks.unwrap_or_else(|| format!("{name} = {}\n", expression(value))));
    }
    text
}

fn expression(value: &Value) -> String {
    let expression = hcl::to_expression(value).unwrap();
    hcl::format::to_string(&expression).unwrap()
}

/// The config as a job in JSON.
pub fn as_json_job(config: &Map<String, Value>) -> String {
    json!({ "job": { "j": { "group": { "g": { "task": { "t": { "driver": "podman", "config": config } } } } } } }).to_string()
}

/// The config as a client sends it: every option of the table, unset ones as nil.
pub fn as_msgpack(table: &'static [OptionInfo], config: &Map<String, Value>) -> Vec<u8> {
    rmp_serde::to_vec_named(&complete(table, config)).unwrap()
}

fn complete(table: &'static [OptionInfo], config: &Map<String, Value>) -> Value {
    let entries = table.iter().map(|option| {
        let value = match (option.kind, config.get(option.name)) {
            (Kind::Block, Some(Value::Object(map))) => complete(option.options, map),
            (Kind::BlockList, Some(Value::Array(items))) => {
                items.iter().filter_map(Value::as_object).map(|map| complete(option.options, map)).collect()
            }
            (_, Some(value)) => value.clone(),
            (_, None) => option.default.map_or(Value::Null, |default| serde_json::from_str(default).unwrap()),
        };
        (option.name.to_owned(), value)
    });
    Value::Object(entries.collect())
}
