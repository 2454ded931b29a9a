//! The outputs, one module each: from the model to the text of a file. None of them knows an option by name.

pub mod config;
pub mod descriptors;
pub mod diagnostics;
pub mod docs;
pub mod draft;
pub mod facts;
pub mod generated;
pub mod inputs;
pub mod options;
pub mod proto;
pub mod rules;
pub mod services;
pub mod spec;
pub mod text;

use std::path::PathBuf;

use crate::model::Model;

/// A generated file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Path relative to the project's root.
    pub path: PathBuf,
    /// Its whole text.
    pub text: String,
}

/// Everything that the data alone gives. The protobuf code comes from [`proto::generate`], which reads `proto/`.
pub fn all(model: &Model) -> Vec<Output> {
    let rust = |name: &str, from: &str, code: String| Output {
        path: format!("src/engine/generated/{name}.rs").into(),
        text: text::rust(from, &code),
    };
    let markdown = |name: &str, from: &str, body: String| Output {
        path: format!("docs/{name}.md").into(),
        text: text::markdown(from, &body),
    };
    vec![
        rust("config", "schema/task.hcl and schema/plugin.hcl", config::generate(model)),
        rust("options", "schema/task.hcl and schema/plugin.hcl", options::generate(model)),
        rust("descriptors", "schema/task.hcl and schema/plugin.hcl", descriptors::generate(model)),
        rust("inputs", "schema/task.hcl, schema/plugin.hcl and schema/facts.hcl", inputs::generate(model)),
        rust("facts", "schema/facts.hcl", facts::generate(model)),
        rust("spec", "schema/spec.hcl", spec::generate(model)),
        rust("draft", "schema/spec.hcl", draft::generate(model)),
        rust("rules", "schema/", rules::generate(model)),
        rust("diagnostics", "schema/diagnostics.hcl", diagnostics::generate(model)),
        markdown("task-options", "schema/task.hcl", docs::task(model)),
        markdown("plugin-options", "schema/plugin.hcl", docs::plugin(model)),
        markdown("spec-members", "schema/spec.hcl", docs::members(model)),
        markdown("diagnostics", "schema/diagnostics.hcl", docs::diagnostics(model)),
    ]
}
