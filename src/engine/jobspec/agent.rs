//! The plugin's `config` in an agent's configuration file, HCL or JSON, with the place of every part.
//! The rest of such a file is the agent's business and is not looked at.

use jsonc_parser::ast;

use super::body::Body;
use super::document::{self, Document};
use super::eval::{Allowed, Evaluator, Place, Source};
use super::raw::free_body;
use super::scope::{Env, Scope};
use super::surroundings::Nothing;
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Files, Span};
use crate::value::{Entry, Node, Value};

/// The plugin's name in the agent's configuration.
pub const PLUGIN: &str = "nomad-driver-podman";

/// What such a file says of the plugin.
#[derive(Debug)]
pub struct AgentFile {
    /// The `config` block; `None` where there is none. A file without any `plugin` and `config` block is taken as
    /// the body of the `config` block itself.
    pub config: Option<Node>,
    /// What is wrong with the file.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads the plugin's `config` from an agent's configuration, from a `config` block alone, or from its bare body.
pub fn parse_agent(files: &Files, file: FileId) -> AgentFile {
    let document = match document::open(files, file) {
        Ok(document) => document,
        Err(problem) => return AgentFile { config: None, diagnostics: vec![*problem] },
    };
    let text = files.text(file);
    let env = Env::new("", &Nothing);
    let source = Source { file, text: document::body(text), place: Place::From(document::base(text)) };
    let cx = Evaluator { env: &env, source, allowed: Allowed::All };
    let body = match &document {
        Document::Hcl(body) => Body::Hcl(body),
        Document::Json(ast::Value::Object(root)) => Body::Json(root),
        Document::Json(_) => return AgentFile { config: None, diagnostics: Vec::new() },
    };
    let root = free_body(&cx, body, &Scope::default(), Some(Span::new(file, 0..text.len())));
    AgentFile { config: config(root), diagnostics: env.take_problems() }
}

fn config(root: Node) -> Option<Node> {
    let plugins: Vec<&Node> = inside(&root, "plugin");
    if !plugins.is_empty() {
        let own = plugins.into_iter().flat_map(|plugin| inside(plugin, PLUGIN));
        return own.flat_map(|plugin| inside(plugin, "config")).next().cloned();
    }
    match inside(&root, "config").first() {
        Some(config) => Some((*config).clone()),
        None => Some(root),
    }
}

/// All values of a key; JSON may wrap each object into lists.
fn inside<'n>(node: &'n Node, key: &str) -> Vec<&'n Node> {
    match &node.value {
        Value::Object(entries) => entries
            .iter()
            .filter(|entry: &&Entry| entry.key == key)
            .flat_map(|entry| objects(&entry.node))
            .collect(),
        Value::List(items) => items.iter().flat_map(|item| inside(item, key)).collect(),
        _ => Vec::new(),
    }
}

fn objects(node: &Node) -> Vec<&Node> {
    match &node.value {
        Value::List(items) => items.iter().collect(),
        _ => vec![node],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_config_is_found_in_every_form() {
        for (text, keys) in [
            ("plugin \"nomad-driver-podman\" {\n  config {\n    gc { container = true }\n  }\n}", Some("gc")),
            ("plugin \"other\" {\n  config { x = 1 }\n}", None),
            ("client { enabled = true }\nplugin \"nomad-driver-podman\" {\n  config { a = 1 }\n}", Some("a")),
            ("config {\n  a = 1\n}", Some("a")),
            ("a = 1", Some("a")),
            (r#"{"plugin": [{"nomad-driver-podman": [{"config": [{"a": 1}]}]}]}"#, Some("a")),
            (r#"{"plugin": {"nomad-driver-podman": {"config": {"a": 1}}}}"#, Some("a")),
        ] {
            let mut files = Files::default();
            let file = files.add("agent.hcl", text);
            let found = parse_agent(&files, file);
            assert!(found.diagnostics.is_empty(), "{text}: {:?}", found.diagnostics);
            let key = found.config.map(|config| match config.value {
                Value::Object(entries) => entries[0].key.clone(),
                other => panic!("{text}: {other:?}"),
            });
            assert_eq!(key.as_deref(), keys, "{text}");
        }
    }
}
