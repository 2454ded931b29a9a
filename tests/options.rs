//! The options are those of the Go driver, all of them: by number, by name, and by what its own task handles hold.
//! Job files as people write them are valid by the JSON Schema, and broken ones are not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;

use nomad_driver_podman::render::schema;
use podman_driver_engine::config::decode;
use podman_driver_engine::config::option::OptionInfo;
use podman_driver_engine::generated::options;
use podman_driver_engine::jobspec::{self, Input};
use podman_driver_engine::source::Files;
use podman_driver_engine::value::{Entry, Node, Number, Value};
use serde_json::{Map, Value as Json, json};

fn with_nested(options: &[OptionInfo]) -> usize {
    options.iter().map(|option| 1 + with_nested(option.options)).sum()
}

#[test]
fn every_option_of_the_go_driver_is_there() {
    assert_eq!((options::TASK.len(), with_nested(options::TASK)), (50, 56));
    assert_eq!((options::PLUGIN.len(), with_nested(options::PLUGIN)), (14, 28));
}

/// The `TaskConfig` of a recorded handle: what the Go driver keeps of a task, in its own msgpack.
fn recorded_handles() -> Vec<(String, BTreeMap<String, rmpv::Value>)> {
    let mut handles = Vec::new();
    for topic in
        ["basics", "images", "labels", "logging", "mounts", "network", "plugin", "resources", "security"]
    {
        let path = format!("{}/tests/vectors/{topic}.json", env!("CARGO_MANIFEST_DIR"));
        let cases: Vec<Json> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        for case in cases {
            let Some(hex) = case["result"]["driver_state_hex"].as_str() else { continue };
            let bytes: Vec<u8> = (0..hex.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
                .collect();
            let state: BTreeMap<String, rmpv::Value> = rmp_serde::from_slice(&bytes).unwrap();
            let config = state["TaskConfig"].as_map().unwrap().clone();
            let config = config.into_iter().map(|(key, value)| (text_of(&key), value)).collect();
            handles.push((case["name"].as_str().unwrap().to_owned(), config));
        }
    }
    handles
}

fn text_of(value: &rmpv::Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[test]
fn the_go_drivers_own_handles_decode() {
    let handles = recorded_handles();
    assert!(handles.len() > 100, "only {} handles are recorded", handles.len());
    let names: Vec<&str> = {
        let mut names: Vec<&str> =
            options::TASK.iter().filter(|option| !option.own).map(|option| option.name).collect();
        names.sort_unstable();
        names
    };
    for (case, config) in &handles {
        assert_eq!(config.keys().map(String::as_str).collect::<Vec<_>>(), names, "{case}");
        let bytes = rmp_serde::to_vec(config).unwrap();
        let decoded = decode::task_from_msgpack(&bytes).unwrap_or_else(|error| panic!("{case}: {error}"));
        let typed = serde_json::to_value(&decoded).unwrap();
        for (name, value) in config {
            assert!(same(value, &typed[name]), "{case}: {name} was {value:?} and is {}", typed[name]);
        }
    }
}

/// Whether a recorded value and a decoded one say the same. Go keeps unset values as zeros.
fn same(recorded: &rmpv::Value, decoded: &Json) -> bool {
    use rmpv::Value as Recorded;
    match (recorded, decoded) {
        (Recorded::Nil, decoded) => is_zero(decoded),
        (Recorded::Boolean(flag), decoded) => decoded == flag || (!flag && is_zero(decoded)),
        (Recorded::Integer(number), decoded) => {
            *decoded == json!(number.as_i64()) || (number.as_i64() == Some(0) && is_zero(decoded))
        }
        (Recorded::String(_), decoded) => decoded == &json!(recorded.as_str()),
        (Recorded::Array(items), Json::Array(others)) => {
            items.len() == others.len() && items.iter().zip(others).all(|(item, other)| same(item, other))
        }
        (Recorded::Array(items), Json::Null) => {
            items.iter().all(|item| item.as_map().is_some_and(Vec::is_empty))
        }
        (Recorded::Map(entries), decoded) => {
            entries.iter().all(|(key, value)| same(value, decoded.get(text_of(key)).unwrap_or(&Json::Null)))
        }
        _ => false,
    }
}

fn is_zero(value: &Json) -> bool {
    [json!(null), json!(false), json!(0), json!(""), json!([]), json!({})].contains(value)
}

/// The `config` of each podman task of an example, as JSON.
fn configs(name: &str) -> Vec<Json> {
    let path = format!("{}/examples/{name}", env!("CARGO_MANIFEST_DIR"));
    let mut files = Files::default();
    let file = files.add(name, std::fs::read_to_string(path).unwrap());
    let variables = [("registry_password".to_owned(), "not-a-real-one".to_owned())];
    let parsed = jobspec::parse(&mut files, file, &Input { variables: &variables, ..Input::nothing() });
    let groups = parsed.job.into_iter().flat_map(|job| job.groups);
    let podman = |task: &jobspec::Task| task.driver.as_ref().is_some_and(|driver| driver.value == "podman");
    groups.flat_map(|group| group.tasks).filter(podman).map(|task| json_of(&task.config)).collect()
}

/// A tree of values as Nomad writes it into a job's JSON: a repeated block is a list.
fn json_of(node: &Node) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Bool(flag) => json!(flag),
        Value::Number(Number::Int(number)) => json!(number),
        Value::Number(Number::Float(number)) => json!(number),
        Value::Text(text) | Value::Template(text) => json!(text),
        Value::List(items) => items.iter().map(json_of).collect(),
        Value::Object(entries) => Json::Object(object_of(entries)),
    }
}

fn object_of(entries: &[Entry]) -> Map<String, Json> {
    let mut object = Map::new();
    for entry in entries {
        let value = json_of(&entry.node);
        match object.get_mut(&entry.key) {
            Some(Json::Array(items)) if entry.block => items.push(value),
            _ if entry.block => drop(object.insert(entry.key.clone(), json!([value]))),
            _ => drop(object.insert(entry.key.clone(), value)),
        }
    }
    object
}

#[test]
fn examples_are_valid_by_the_schema_and_broken_ones_are_not() {
    let schema = jsonschema::validator_for(&schema::task()).unwrap();
    let (mut valid, mut invalid) = (0, 0);
    for entry in std::fs::read_dir(format!("{}/examples", env!("CARGO_MANIFEST_DIR"))).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if !name.contains(".nomad") || name.starts_with("haproxy") {
            // What reads files beside it is rendered elsewhere.
            continue;
        }
        for config in configs(&name) {
            let problems: Vec<String> = schema.iter_errors(&config).map(|error| error.to_string()).collect();
            match name.starts_with("broken") {
                true => invalid += usize::from(!problems.is_empty()),
                false => {
                    assert_eq!(problems, Vec::<String>::new(), "{name}");
                    valid += 1;
                }
            }
        }
    }
    assert!(valid >= 20 && invalid >= 2, "{valid} valid configs, {invalid} invalid ones");
}
