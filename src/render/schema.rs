//! The JSON Schemas (2020-12) of both `config` blocks, as they are checked in below `docs/schema`.
//! What an option takes comes from the typed configs by way of schemars; this adds what belongs to the document, and
//! leaves only those defaults that an option really has.

use podman_driver_engine::config::option::OptionInfo;
use podman_driver_engine::config::{PluginConfig, TaskConfig};
use podman_driver_engine::generated::options;
use schemars::{JsonSchema, schema_for};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// Where the checked-in files can be had.
const HOME: &str = "https://github.com/nomad-podman/nomad-driver-podman/raw/main/docs/schema";

/// The schema of a task's `config` block.
pub fn task() -> Value {
    document::<TaskConfig>("task", options::TASK)
}

/// The schema of the plugin's `config` block.
pub fn plugin() -> Value {
    document::<PluginConfig>("plugin", options::PLUGIN)
}

/// A schema as text, indented, with a line's end behind it.
pub fn text(schema: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(schema).unwrap_or_default();
    text.push('\n');
    text
}

fn document<T: JsonSchema>(name: &str, table: &'static [OptionInfo]) -> Value {
    let mut schema = schema_for!(T).to_value();
    let Value::Object(root) = &mut schema else { return schema };
    root.insert("$id".to_owned(), json!(format!("{HOME}/{name}.json")));
    let nested = real_defaults(root, table);
    if let Some(Value::Object(definitions)) = root.get_mut("$defs") {
        blocks(definitions, nested);
    }
    schema
}

/// Options of blocks, with the name of the definition that describes the block's body.
type Blocks = Vec<(String, &'static [OptionInfo])>;

fn blocks(definitions: &mut Map<String, Value>, mut nested: Blocks) {
    while let Some((name, options)) = nested.pop() {
        if let Some(Value::Object(body)) = definitions.get_mut(&name) {
            nested.extend(real_defaults(body, options));
        }
    }
}

/// Serde's defaults say what an absent option decodes to; a reader wants those that the option is documented with.
/// Gives the blocks inside.
fn real_defaults(body: &mut Map<String, Value>, options: &'static [OptionInfo]) -> Blocks {
    let mut nested = Vec::new();
    let Some(Value::Object(properties)) = body.get_mut("properties") else { return nested };
    for option in options {
        let Some(Value::Object(property)) = properties.get_mut(option.name) else { continue };
        property.remove("default");
        if let Some(Ok(default)) = option.default.map(serde_json::from_str::<Value>) {
            property.insert("default".to_owned(), default);
        }
        if let Some(name) = reference(&Value::Object(property.clone())) {
            nested.push((name, option.options));
        }
    }
    nested
}

/// The first definition that a schema refers to.
fn reference(schema: &Value) -> Option<String> {
    match schema {
        Value::Object(members) => match members.get("$ref") {
            Some(Value::String(to)) => to.strip_prefix("#/$defs/").map(str::to_owned),
            _ => members.values().find_map(reference),
        },
        Value::Array(items) => items.iter().find_map(reference),
        _ => None,
    }
}
