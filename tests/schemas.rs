//! The checked-in JSON Schemas are what the tool prints, and what it prints is a schema without surprises.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use nomad_driver_podman::render::schema;
use serde_json::{Value, json};

#[test]
fn checked_in_schemas_are_fresh() {
    for (name, fresh) in [("task", schema::task()), ("plugin", schema::plugin())] {
        let path = format!("{}/docs/schema/{name}.json", env!("CARGO_MANIFEST_DIR"));
        let there = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(there == schema::text(&fresh), "docs/schema/{name}.json is stale; run `cargo codegen`");
    }
}

#[test]
fn schemas_have_only_the_defaults_that_are_documented() {
    let task = schema::task();
    assert_eq!(task["$schema"], json!("https://json-schema.org/draft/2020-12/schema"));
    assert_eq!(task["additionalProperties"], json!(false));
    assert_eq!(task["properties"]["image_pull_timeout"]["default"], json!("5m"));
    for schema in [task, schema::plugin()] {
        assert_eq!(noise(&schema), Vec::<String>::new());
        jsonschema::draft202012::meta::validate(&schema).expect("it is a schema");
    }
}

/// Paths of defaults that say nothing.
fn noise(schema: &Value) -> Vec<String> {
    match schema {
        Value::Object(members) => members
            .iter()
            .flat_map(|(name, value)| {
                let empty = [json!(""), json!([]), json!({}), Value::Null].contains(value);
                let own = (name == "default" && empty).then(|| name.clone());
                own.into_iter().chain(noise(value).into_iter().map(move |path| format!("{name}.{path}")))
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(noise).collect(),
        _ => Vec::new(),
    }
}
