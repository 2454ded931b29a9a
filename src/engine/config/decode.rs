//! From a tree of values to a typed config: the checks and conversions that Nomad's client makes with the descriptor,
//! with every problem at once, its place, what is accepted and the likely fix. Also from msgpack, as a client sends it.
//! Values of options are converted to their type here; whether they make sense is for the rules.

mod names;
mod values;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};

use super::Sources;
use super::option::{Kind, OptionInfo};
use super::{PluginConfig, TaskConfig};
use crate::diagnostic::Diagnostic;
use crate::generated::{diagnostics as ids, options};
use crate::source::Span;
use crate::value::{Entry, Node, Value};

/// A config that came from a file. With errors among the diagnostics, options that are wrong have their defaults.
#[derive(Debug, Clone)]
pub struct Decoded<T> {
    /// The typed config.
    pub config: T,
    /// Where its values are written.
    pub sources: Sources,
    /// Errors and warnings.
    pub diagnostics: Vec<Diagnostic>,
}

/// Decodes a task's `config` block. `whole` is the block's place, for what is missing in it.
pub fn task(config: &Node, whole: Option<Span>) -> Decoded<TaskConfig> {
    tree(options::TASK, config, whole)
}

/// Decodes the plugin's `config` block.
pub fn plugin(config: &Node, whole: Option<Span>) -> Decoded<PluginConfig> {
    tree(options::PLUGIN, config, whole)
}

/// Decodes a task's `config` as a client sends it.
///
/// # Errors
/// One sentence that begins as the Go driver's does and names the option. No bytes at all are an error too.
pub fn task_from_msgpack(bytes: &[u8]) -> Result<TaskConfig, String> {
    if bytes.is_empty() {
        return Err("failed to decode driver config: EOF".to_owned());
    }
    if bytes == NIL {
        return Ok(TaskConfig::default());
    }
    msgpack(bytes).map_err(|error| format!("failed to decode driver config: {error}"))
}

/// Decodes the plugin's `config` as a client sends it; no bytes mean that everything has its default.
///
/// # Errors
/// One sentence that names the option.
pub fn plugin_from_msgpack(bytes: &[u8]) -> Result<PluginConfig, String> {
    if bytes.is_empty() || bytes == NIL {
        return Ok(PluginConfig::default());
    }
    msgpack(bytes).map_err(|error| format!("failed to decode plugin config: {error}"))
}

/// Deeper than any config. Without such a limit, lists in lists would end the process for want of stack.
const MSGPACK_DEPTH: usize = 32;

/// All of a config as nil, which is a config without options.
const NIL: [u8; 1] = [0xc0];

/// The path costs time, so it is asked for only after a failure.
fn msgpack<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    let decoder = || {
        let mut decoder = rmp_serde::Deserializer::from_read_ref(bytes);
        decoder.set_max_depth(MSGPACK_DEPTH);
        decoder
    };
    T::deserialize(&mut decoder()).or_else(|_| {
        serde_path_to_error::deserialize(&mut decoder()).map_err(|error| {
            let path = error.path().to_string();
            let inner = error.into_inner();
            if path == "." {
                format!("msgpack decode error: {inner}")
            } else {
                format!("msgpack decode error in option {path}: {inner}")
            }
        })
    })
}

fn tree<T: DeserializeOwned + Default>(
    table: &'static [OptionInfo],
    config: &Node,
    whole: Option<Span>,
) -> Decoded<T> {
    let mut decoder =
        Decoder { sources: Sources::of_file(whole.or(config.span)), diagnostics: Vec::new(), table };
    let object = match &config.value {
        Value::Object(entries) => decoder.body(table, entries, "", config.span.or(whole)),
        Value::Null => decoder.body(table, &[], "", config.span.or(whole)),
        other => {
            let message = format!("A config block is an object, not {}", other.kind());
            decoder.report(Diagnostic::error(ids::WRONG_TYPE, message).spanned(config.span));
            Map::new()
        }
    };
    let config = match serde_json::from_value(Json::Object(object)) {
        Ok(config) => config,
        Err(error) => {
            // Whatever the conversions let through, the types have the last word.
            decoder.report(Diagnostic::error(ids::WRONG_TYPE, error.to_string()).spanned(whole));
            T::default()
        }
    };
    Decoded { config, sources: decoder.sources, diagnostics: decoder.diagnostics }
}

/// What decoding carries along: places, problems, and the table that names are suggested from.
struct Decoder {
    sources: Sources,
    diagnostics: Vec<Diagnostic>,
    table: &'static [OptionInfo],
}

impl Decoder {
    fn report(&mut self, diagnostic: Diagnostic) {
        if let (true, Some(path)) = (diagnostic.is_error(), &diagnostic.path) {
            self.sources.reject(path);
        }
        self.diagnostics.push(diagnostic);
    }

    /// One body: known names are decoded, unknown ones reported, required ones looked for.
    fn body(
        &mut self,
        options: &'static [OptionInfo],
        entries: &[Entry],
        around: &str,
        whole: Option<Span>,
    ) -> Map<String, Json> {
        let mut object = Map::new();
        for option in options {
            let written: Vec<&Entry> = entries.iter().filter(|entry| entry.key == option.name).collect();
            let path = join(around, option.name);
            let value = if written.is_empty() { None } else { self.option(option, &written, &path) };
            match value {
                Some(value) => {
                    object.insert(option.name.to_owned(), value);
                }
                None if option.required && !self.sources.is_deferred(&path) && is_unset(&written) => {
                    self.missing(option, &path, whole);
                }
                None => {}
            }
        }
        for entry in entries.iter().filter(|entry| options.iter().all(|option| option.name != entry.key)) {
            let diagnostic = names::unknown(entry, options, around, self.table);
            self.report(diagnostic);
        }
        object
    }

    /// One option, with all places where it is written. `None`: nothing usable, and that is reported.
    fn option(&mut self, option: &'static OptionInfo, written: &[&Entry], path: &str) -> Option<Json> {
        let nodes: Vec<&Node> = written.iter().map(|entry| &entry.node).collect();
        if let Some(entry) = written.last() {
            self.sources.place(path, entry.node.span.or(entry.key_span));
            self.deprecated(option, entry, path);
        }
        match option.kind {
            Kind::BlockList => self.block_list(option, &nodes, path),
            Kind::BlockMap => self.block_map(option, &nodes, path),
            Kind::Block => self.block(option, written, path),
            Kind::BlockAttrs => {
                self.once(option, written, path);
                self.maps(option.ty, &nodes, path).map(first_map)
            }
            Kind::Attribute if values::is_map_list(option.ty) => self.maps(option.ty, &nodes, path),
            Kind::Attribute => {
                self.once(option, written, path);
                let entry = written.last()?;
                if entry.block {
                    self.report(values::block_for_attribute(option, entry, path));
                    return None;
                }
                self.value(option, &entry.node, path)
            }
        }
    }

    fn block(&mut self, option: &'static OptionInfo, written: &[&Entry], path: &str) -> Option<Json> {
        self.once(option, written, path);
        let node = &written.last()?.node;
        let node = match &node.value {
            // JSON's way to write blocks: a list of bodies, of which there may be none.
            Value::List(items) if items.len() <= 1 => items.first()?,
            _ => node,
        };
        match &node.value {
            Value::Null => None,
            Value::Object(entries) => Some(Json::Object(self.body(option.options, entries, path, node.span))),
            other => {
                self.report(values::wrong_kind(option, other, node.span, path));
                None
            }
        }
    }

    fn block_list(&mut self, option: &'static OptionInfo, nodes: &[&Node], path: &str) -> Option<Json> {
        let items = nodes.iter().flat_map(|node| unwrapped(node));
        let mut blocks = Vec::new();
        for (index, item) in items.enumerate() {
            let path = format!("{path}[{index}]");
            self.sources.place(&path, item.span);
            match &item.value {
                Value::Object(entries) => {
                    blocks.push(Json::Object(self.body(option.options, entries, &path, item.span)))
                }
                other => self.report(values::wrong_kind(option, other, item.span, &path)),
            }
        }
        Some(Json::Array(blocks))
    }

    /// Blocks by label, each of which may stand once. JSON may wrap the labels, and each body, into lists.
    fn block_map(&mut self, option: &'static OptionInfo, nodes: &[&Node], path: &str) -> Option<Json> {
        let mut blocks = Map::new();
        for node in nodes.iter().flat_map(|node| unwrapped(node)) {
            let Value::Object(labelled) = &node.value else {
                self.report(values::wrong_kind(option, &node.value, node.span, path));
                continue;
            };
            for (entry, body) in
                labelled.iter().flat_map(|e| unwrapped(&e.node).into_iter().map(move |n| (e, n)))
            {
                let path = format!("{path}[{:?}]", entry.key);
                let place = entry.key_span.or(body.span);
                if blocks.contains_key(&entry.key) {
                    let what = format!("{} {:?}", option.name, entry.key);
                    let first = self.sources.exact(&path);
                    self.report(values::set_again(ids::DUPLICATE_BLOCK, &what, &path, place, first));
                }
                self.sources.place(&path, place);
                match &body.value {
                    Value::Object(entries) => {
                        let body = self.body(option.options, entries, &path, body.span);
                        blocks.insert(entry.key.clone(), Json::Object(body));
                    }
                    other => self.report(values::wrong_kind(option, other, body.span, &path)),
                }
            }
        }
        Some(Json::Object(blocks))
    }

    fn deprecated(&mut self, option: &'static OptionInfo, entry: &Entry, path: &str) {
        let Some(successor) = option.deprecated else { return };
        self.report(
            Diagnostic::warning(ids::DEPRECATED_OPTION, format!("`{}` is deprecated.", option.name))
                .at(path)
                .spanned(entry.key_span.or(entry.node.span))
                .suggest(format!("Use `{successor}`.")),
        );
    }

    fn missing(&mut self, option: &'static OptionInfo, path: &str, whole: Option<Span>) {
        let message = format!(
            "Missing required argument: The argument \"{}\" is required, but no definition was found.",
            option.name
        );
        self.report(
            Diagnostic::error(ids::MISSING_OPTION, message)
                .at(path)
                .spanned(whole)
                .suggest(format!("Add `{} = {}`.", option.name, option.example)),
        );
    }

    /// What may stand only once is reported when it stands twice; the last one is taken.
    fn once(&mut self, option: &'static OptionInfo, written: &[&Entry], path: &str) {
        let [first, .., last] = written else { return };
        let id = if option.kind == Kind::Attribute { ids::DUPLICATE_OPTION } else { ids::DUPLICATE_BLOCK };
        let place = |entry: &Entry| entry.key_span.or(entry.node.span);
        self.report(values::set_again(id, option.name, path, place(last), place(first)));
    }
}

/// The values in a list, or the value itself; nil is nothing.
fn unwrapped(node: &Node) -> Vec<&Node> {
    match &node.value {
        Value::List(items) => items.iter().collect(),
        Value::Null => Vec::new(),
        _ => vec![node],
    }
}

fn is_unset(written: &[&Entry]) -> bool {
    written.iter().all(|entry| entry.node.value == Value::Null)
}

/// A block with free keys arrives as a plain map, not as a list of maps.
fn first_map(value: Json) -> Json {
    match value {
        Json::Array(mut maps) => maps.pop().unwrap_or_default(),
        other => other,
    }
}

fn join(around: &str, name: &str) -> String {
    if around.is_empty() { name.to_owned() } else { format!("{around}.{name}") }
}
