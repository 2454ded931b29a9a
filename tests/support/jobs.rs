//! Job files in tests: a file with its setting (facts, plugin config, values of variables) goes the way of the render
//! tool, and comes back with the spec and the diagnostics of each podman task.

#![allow(dead_code, reason = "each test uses its part")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use nomad_driver_podman::render::{Settings, Translated, translate_file};
use podman_driver_engine::config::decode;
use podman_driver_engine::config::option::{Kind, OptionInfo};
use podman_driver_engine::diagnostic::Diagnostic;
use podman_driver_engine::facts::HostFacts;
use podman_driver_engine::generated::diagnostics;
use podman_driver_engine::jobspec;
use podman_driver_engine::settings;
use podman_driver_engine::source::{Files, Span};
use podman_driver_engine::value::{Node, Value};
use serde_json::Value as Json;

/// What a job file is looked at with.
#[derive(Debug, Default, Clone)]
pub struct Setting {
    /// `{"host": …, "nomad": …}` above what is assumed.
    pub facts: Json,
    /// The agent's file with the plugin's block.
    pub plugin: Option<PathBuf>,
    /// Values of `-var`.
    pub variables: Vec<(String, String)>,
    /// Files of `-var-file`.
    pub variable_files: Vec<PathBuf>,
}

/// The project's folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files right in a folder with one of these endings, in order.
pub fn files_in(folder: &str, endings: &[&str]) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join(folder)).unwrap();
    let mut found: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| endings.iter().any(|ending| path.to_string_lossy().ends_with(ending)))
        .collect();
    found.sort();
    assert!(!found.is_empty(), "{folder} has no such file");
    found
}

/// The file's name without its folder.
pub fn file_name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// The file's name without its folder and endings.
pub fn short_name(path: &Path) -> String {
    file_name(path).split('.').next().unwrap().to_owned()
}

/// The name of a diagnostic in the data.
pub fn id_name(diagnostic: &Diagnostic) -> &'static str {
    diagnostics::ALL.iter().find(|entry| entry.id == diagnostic.id).expect("every id is in the data").name
}

/// The settings of the render tool that a test's setting means.
pub fn settings_of(setting: &Setting) -> Settings {
    let mut made = Settings::default();
    let mut host = serde_json::to_value(HostFacts::default()).unwrap();
    for (name, value) in setting.facts["host"].as_object().into_iter().flatten() {
        host[name] = value.clone();
    }
    made.host = serde_json::from_value(host).unwrap();
    made.nomad = setting.facts["nomad"].as_object().cloned().unwrap_or_default();
    made.variables = setting.variables.clone();
    for path in &setting.variable_files {
        let id = made.files.add(path.to_string_lossy(), std::fs::read_to_string(path).unwrap());
        made.variable_files.push(id);
    }
    if let Some(path) = &setting.plugin {
        let (config, span) = plugin_config(path, &mut made.files);
        let decoded = decode::plugin(&config, span);
        made.diagnostics = decoded.diagnostics;
        made.diagnostics.extend(settings::check(&decoded.config, &decoded.sources));
        (made.plugin, made.plugin_sources) = (decoded.config, decoded.sources);
    }
    made
}

/// Looks at a job file.
pub fn check_file(path: &Path, setting: &Setting) -> Translated {
    translate_file(path, &settings_of(setting))
}

/// The plugin's `config` out of an agent's file.
pub fn plugin_config(path: &Path, files: &mut Files) -> (Node, Option<Span>) {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let file = files.add(path.to_string_lossy(), text);
    let agent = jobspec::parse_agent(files, file);
    assert_eq!(agent.diagnostics, [], "{}", path.display());
    let config = agent.config.unwrap_or_else(|| panic!("{} has no config of the plugin", path.display()));
    let span = config.span;
    (config, span)
}

/// The options that the podman tasks of a job file set, by their paths, those in blocks too.
pub fn used_by_job(
    path: &Path,
    setting: &Setting,
    table: &'static [OptionInfo],
    used: &mut BTreeSet<&'static str>,
) {
    for task in check_file(path, setting).tasks {
        let set = |option: &&OptionInfo| task.sources.exact(option.path).is_some();
        used.extend(flat(table).into_iter().filter(set).map(|option| option.path));
    }
}

/// All options of a table, those in blocks too.
pub fn flat(table: &'static [OptionInfo]) -> Vec<&'static OptionInfo> {
    table.iter().flat_map(|option| std::iter::once(option).chain(flat(option.options))).collect()
}

/// The options that a config sets, by their paths, those in blocks too.
pub fn used_options(table: &'static [OptionInfo], config: &Node, used: &mut BTreeSet<&'static str>) {
    let entries = match &config.value {
        Value::Object(entries) => entries,
        Value::List(items) => return items.iter().for_each(|item| used_options(table, item, used)),
        _ => return,
    };
    for entry in entries {
        if let Some(option) = table.iter().find(|option| option.name == entry.key) {
            used.insert(option.path);
            match (option.kind, &entry.node.value) {
                (Kind::Block | Kind::BlockList, _) => used_options(option.options, &entry.node, used),
                (Kind::BlockMap, Value::Object(labelled)) => {
                    labelled.iter().for_each(|block| used_options(option.options, &block.node, used));
                }
                _ => {}
            }
        }
    }
}
