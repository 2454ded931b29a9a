//! The one way in which tests of rules look at a translation: options and facts in, and out come the members that
//! differ from the minimal task on the documented default host, and the diagnostics as short texts.
//! Rows are data, so that other tests can ask which diagnostics all rows together raise.

use serde_json::{Map, Value as Json, json};

use crate::config::Sources;
use crate::config::decode::{self, Decoded};
use crate::config::{PluginConfig, TaskConfig};
use crate::diagnostic::{Diagnostic, Id};
use crate::facts::{HostFacts, NomadTask};
use crate::generated::diagnostics::ALL;
use crate::translate::{Request, Translation, translate};
use crate::value::{Entry, Node, Number, Value};

/// One behaviour.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// What is expected of whom, in words.
    pub(crate) name: &'static str,
    /// The task's options as an object; an image is added where there is none.
    pub(crate) task: Json,
    /// What is different about the host, about Nomad's task and about the plugin: `{"host": …, "nomad": …, "plugin": …}`.
    pub(crate) facts: Json,
    /// The members that differ from the minimal task: new values, and null for what is gone.
    pub(crate) spec: Json,
    /// The diagnostics, each as `name at path: message | suggestion`; without path or suggestion where there is none.
    pub(crate) says: &'static [&'static str],
}

/// A row in one call.
pub(crate) fn row(
    name: &'static str,
    task: Json,
    facts: Json,
    spec: Json,
    says: &'static [&'static str],
) -> Row {
    Row { name, task, facts, spec, says }
}

/// Everything that a translation needs, owned.
#[derive(Debug)]
pub(crate) struct Setting {
    pub(crate) task: TaskConfig,
    pub(crate) plugin: PluginConfig,
    pub(crate) nomad: NomadTask,
    pub(crate) host: HostFacts,
    task_sources: Sources,
    plugin_sources: Sources,
    decoding: Vec<Diagnostic>,
}

impl Setting {
    /// Options and facts as in a [`Row`]. Text with `${` is text that Nomad completes at run time.
    #[track_caller]
    pub(crate) fn new(options: &Json, facts: &Json) -> Self {
        let mut task = json!({ "image": "docker.io/library/redis:7" });
        merge(&mut task, options);
        let mut nomad = json!({
            "task_name": "web", "memory_mb": 256, "cpu_shares": 500, "percent_ticks": 0.25
        });
        merge(&mut nomad, facts.get("nomad").unwrap_or(&json!({})));
        let plugin = facts.get("plugin").cloned().unwrap_or_else(|| json!({}));
        let host = facts.get("host").cloned().unwrap_or_else(|| json!({}));
        let Decoded { config: task, sources: task_sources, diagnostics: mut decoding } =
            decode::task(&node(&task), None);
        let Decoded { config: plugin, sources: plugin_sources, diagnostics } =
            decode::plugin(&node(&plugin), None);
        decoding.extend(diagnostics);
        Self {
            task,
            plugin,
            nomad: serde_json::from_value(nomad).expect("facts of Nomad's task"),
            host: serde_json::from_value(host).expect("facts of the host"),
            task_sources,
            plugin_sources,
            decoding,
        }
    }

    pub(crate) fn request(&self) -> Request<'_> {
        Request {
            task: &self.task,
            plugin: &self.plugin,
            nomad: &self.nomad,
            host: &self.host,
            task_sources: &self.task_sources,
            plugin_sources: &self.plugin_sources,
        }
    }

    /// Translates; nothing may be set twice.
    #[track_caller]
    pub(crate) fn translate(&self) -> Translation {
        let translation = translate(&self.request());
        assert!(translation.clashes.is_empty(), "set by two rules: {:?}", translation.clashes);
        translation
    }
}

/// Checks all rows, and tells of all that fail.
#[track_caller]
pub(crate) fn check(rows: &[Row]) {
    let failures: Vec<String> = rows.iter().filter_map(failure).collect();
    assert!(failures.is_empty(), "{} of {} rows:\n{}", failures.len(), rows.len(), failures.join("\n"));
}

/// The diagnostics that the rows raise.
pub(crate) fn raised(rows: &[Row]) -> Vec<Id> {
    let ids = rows.iter().flat_map(|row| {
        let setting = Setting::new(&row.task, &row.facts);
        let diagnostics = setting.translate().diagnostics;
        diagnostics.into_iter().map(|diagnostic| diagnostic.id).collect::<Vec<_>>()
    });
    ids.collect()
}

fn failure(row: &Row) -> Option<String> {
    let setting = Setting::new(&row.task, &row.facts);
    let translation = setting.translate();
    let spec = difference(&minimal(), &json!(translation.spec));
    let says: Vec<String> = setting.decoding.iter().chain(&translation.diagnostics).map(told).collect();
    if spec == row.spec && says == row.says {
        return None;
    }
    Some(format!(
        "{}\n  expected {}\n       got {spec}\n  expected {:#?}\n       got {says:#?}",
        row.name, row.spec, row.says
    ))
}

fn minimal() -> Json {
    json!(Setting::new(&json!({}), &json!({})).translate().spec)
}

/// A diagnostic in one line, after checking that the data knows it as what it is.
pub(crate) fn told(diagnostic: &Diagnostic) -> String {
    let entry = ALL.iter().find(|entry| entry.id == diagnostic.id).expect("an id of the data");
    assert_eq!(entry.severity, diagnostic.severity, "severity of {}", entry.name);
    let path = diagnostic.path.as_ref().map(|path| format!(" at {path}")).unwrap_or_default();
    let suggestion = diagnostic.suggestion.as_ref().map(|text| format!(" | {text}")).unwrap_or_default();
    format!("{}{path}: {}{suggestion}", entry.name, diagnostic.message)
}

/// What is new or different in `after`, member by member inside objects, and null for what is gone.
fn difference(before: &Json, after: &Json) -> Json {
    let (Json::Object(old), Json::Object(new)) = (before, after) else { return after.clone() };
    let mut differs = Map::new();
    for (key, value) in new {
        match old.get(key) {
            Some(same) if same == value => {}
            Some(other) => {
                differs.insert(key.clone(), difference(other, value));
            }
            None => {
                differs.insert(key.clone(), value.clone());
            }
        }
    }
    for key in old.keys().filter(|key| !new.contains_key(*key)) {
        differs.insert(key.clone(), Json::Null);
    }
    Json::Object(differs)
}

fn merge(into: &mut Json, from: &Json) {
    let (Json::Object(into), Json::Object(from)) = (into, from) else { panic!("not an object") };
    into.extend(from.clone());
}

fn node(json: &Json) -> Node {
    let value = match json {
        Json::Null => Value::Null,
        Json::Bool(flag) => Value::Bool(*flag),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Value::Number(Number::Int(whole)),
            None => Value::Number(Number::Float(number.as_f64().expect("a number"))),
        },
        Json::String(text) if text.contains("${") => Value::Template(text.clone()),
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(items) => Value::List(items.iter().map(node).collect()),
        Json::Object(members) => Value::Object(members.iter().map(entry).collect()),
    };
    Node::from(value)
}

fn entry((key, value): (&String, &Json)) -> Entry {
    Entry { key: key.clone(), key_span: None, node: node(value), block: value.is_object() && is_block(key) }
}

/// Options that are written as blocks; what only may be one is an attribute here.
fn is_block(key: &str) -> bool {
    matches!(key, "auth" | "logging" | "volumes" | "gc" | "networking" | "socket")
}

mod tests {
    use super::*;

    #[test]
    fn a_difference_says_what_is_new_other_and_gone() {
        let before = json!({ "a": 1, "b": { "c": 2, "d": 3 }, "e": [1] });
        let after = json!({ "b": { "c": 4, "d": 3 }, "e": [1, 2], "f": null });
        let expected = json!({ "a": null, "b": { "c": 4 }, "e": [1, 2], "f": null });
        assert_eq!(difference(&before, &after), expected);
    }
}
