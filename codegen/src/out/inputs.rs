//! `inputs.rs`: everything a rule may read, one enum entry each, and the views whose accessors record what is read.

use super::config::field_type;
use super::text::{camel, doc, lent, owned, quoted, snake};
use crate::model::{Fact, Kind, Model, Opt, Type, walk};

/// The file's code.
pub fn generate(model: &Model) -> String {
    let mut code = String::from(
        "//! What a rule may read. Each accessor notes in the log that it was asked.\n\n\
         use crate::generated::config::*;\nuse crate::generated::facts::{HostFacts, NomadTask};\n\
         use crate::inputs::{Group, ReadLog};\n",
    );
    let options =
        |scope: &'static str, options| walk(options).into_iter().map(move |option: &Opt| (scope, option));
    let all: Vec<(String, String, &str)> = options("Task", &model.task)
        .chain(options("Plugin", &model.plugin))
        .map(|(scope, option)| (variant(scope, &option.path), option.path.clone(), scope))
        .chain(model.facts.iter().map(|fact| {
            let (group, name) = fact.name.split_once('.').unwrap_or(("host", &fact.name));
            (camel(&fact.name), name.to_owned(), if group == "host" { "Host" } else { "Nomad" })
        }))
        .collect();
    code.push_str(
        "/// Everything that a rule may read: options of both configs, facts of host and task.\n\
         #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]\n#[repr(u8)]\npub enum Input {\n",
    );
    for (variant, path, scope) in &all {
        code.push_str(&format!("/// `{path}` of {}.\n{variant},\n", scope_name(scope)));
    }
    code.push_str("}\n\nimpl Input {\n/// All of them, in the order of the data.\npub const ALL: &'static [Input] = &[\n");
    for (variant, ..) in &all {
        code.push_str(&format!("Input::{variant},\n"));
    }
    code.push_str("];\n\n/// Its path inside its group: `auth.username`, `memory_mb`.\npub fn path(self) -> &'static str {\nmatch self {\n");
    for (variant, path, _) in &all {
        code.push_str(&format!("Input::{variant} => {},\n", quoted(path)));
    }
    code.push_str("}\n}\n\n/// Which group it belongs to.\npub fn group(self) -> Group {\nmatch self {\n");
    for group in ["Task", "Plugin", "Host", "Nomad"] {
        let members: Vec<String> = all
            .iter()
            .filter(|(_, _, scope)| *scope == group)
            .map(|(variant, ..)| format!("Input::{variant}"))
            .collect();
        if !members.is_empty() {
            code.push_str(&format!("{} => Group::{group},\n", members.join(" | ")));
        }
    }
    code.push_str("}\n}\n}\n\n");
    option_view(&mut code, "TaskOptions", "TaskConfig", "Task", "The task's options.", &model.task);
    option_view(&mut code, "PluginOptions", "PluginConfig", "Plugin", "The plugin's options.", &model.plugin);
    fact_view(&mut code, model, "HostView", "HostFacts", "host.", "What is known of the host.");
    fact_view(&mut code, model, "NomadView", "NomadTask", "nomad.", "What Nomad says of the task.");
    code
}

fn variant(scope: &str, path: &str) -> String {
    format!("{scope}{}", camel(path))
}

fn scope_name(scope: &str) -> &'static str {
    match scope {
        "Task" => "the task's config",
        "Plugin" => "the plugin's config",
        "Host" => "the host",
        _ => "Nomad's task",
    }
}

fn view_head(code: &mut String, view: &str, of: &str, about: &str) {
    code.push_str(&doc(&[about]));
    code.push_str(&format!(
        "#[derive(Debug, Clone, Copy)]\npub struct {view}<'a> {{ of: &'a {of}, log: &'a ReadLog }}\n\n\
         impl<'a> {view}<'a> {{\n/// A view of `of` that notes reads in `log`.\n\
         pub fn new(of: &'a {of}, log: &'a ReadLog) -> Self {{ Self {{ of, log }} }}\n\n\
         /// The whole, without noting a read: for who decides nothing with it.\npub fn unrecorded(&self) -> &'a {of} {{ self.of }}\n\n"
    ));
}

fn option_view(code: &mut String, view: &str, of: &str, scope: &str, about: &str, options: &[Opt]) {
    view_head(code, view, of, about);
    for option in options {
        let (ty, value) = option_access(scope, option, &format!("self.of.{}", option.name));
        accessor(code, &option.doc, &option.name, &ty, &variant(scope, &option.path), &value);
        if option.kind == Kind::Block {
            for inner in &option.options {
                nested_accessor(code, scope, option, inner);
            }
        }
    }
    code.push_str("}\n\n");
}

/// An option of a block that stands at most once: where the block is absent, the option's own default.
fn nested_accessor(code: &mut String, scope: &str, block: &Opt, inner: &Opt) {
    let name = snake(&inner.path);
    let variant = variant(scope, &inner.path);
    if block.default.is_some() {
        let (ty, value) = option_access(scope, inner, &format!("self.of.{}.{}", block.name, inner.name));
        return accessor(code, &inner.doc, &name, &ty, &variant, &value);
    }
    let (ty, value) = option_access(scope, inner, &format!("block.{}", inner.name));
    let absent = match (&inner.default, &inner.ty) {
        (Some(literal), Type::String) => super::text::json(literal),
        (Some(literal), _) => super::text::json(literal),
        (None, Type::String) => "\"\"".to_owned(),
        (None, Type::Bool) => "false".to_owned(),
        (None, _) => {
            // Borrowed collections have no value to lend without a block: the accessor says so by an option.
            let value = format!("self.of.{}.as_ref().map(|block| {value})", block.name);
            return accessor(code, &inner.doc, &name, &format!("Option<{ty}>"), &variant, &value);
        }
    };
    let value = match absent.as_str() {
        "true" => format!("self.of.{}.as_ref().is_none_or(|block| {value})", block.name),
        "false" => format!("self.of.{}.as_ref().is_some_and(|block| {value})", block.name),
        absent => format!("self.of.{}.as_ref().map_or({absent}, |block| {value})", block.name),
    };
    accessor(code, &inner.doc, &name, &ty, &variant, &value);
}

fn accessor(code: &mut String, about: &str, name: &str, ty: &str, variant: &str, value: &str) {
    code.push_str(&doc(&[about]));
    code.push_str(&format!(
        "pub fn {name}(&self) -> {ty} {{\nself.log.note(Input::{variant});\n{value}\n}}\n\n"
    ));
}

fn option_access(scope: &str, option: &Opt, place: &str) -> (String, String) {
    let field = field_type(scope, option);
    if let Some(inner) = field.strip_prefix("Option<").and_then(|rest| rest.strip_suffix('>')) {
        return match inner {
            "i64" | "u64" | "i16" => (field.clone(), place.to_owned()),
            inner => (format!("Option<&'a {inner}>"), format!("{place}.as_ref()")),
        };
    }
    match field.as_str() {
        "String" => ("&'a str".to_owned(), format!("{place}.as_str()")),
        "bool" => ("bool".to_owned(), place.to_owned()),
        field => match field.strip_prefix("Vec<").and_then(|rest| rest.strip_suffix('>')) {
            Some(item) => (format!("&'a [{item}]"), format!("{place}.as_slice()")),
            None => (format!("&'a {field}"), format!("&{place}")),
        },
    }
}

fn fact_view(code: &mut String, model: &Model, view: &str, of: &str, group: &str, about: &str) {
    view_head(code, view, of, about);
    for fact in model.facts.iter().filter(|fact| fact.name.starts_with(group)) {
        let name = fact.name.trim_start_matches(group);
        let (ty, value) = fact_access(model, fact, &format!("self.of.{name}"));
        accessor(code, &fact.doc, name, &ty, &camel(&fact.name), &value);
    }
    code.push_str("}\n\n");
}

fn fact_access(model: &Model, fact: &Fact, place: &str) -> (String, String) {
    let named = |name: &str| model.rust_model(name).unwrap_or(name).to_owned();
    let (ty, value) = lent(&fact.ty, &named);
    if !fact.optional {
        return (ty, value.replace("{}", place));
    }
    let value = match &fact.ty {
        Type::String | Type::List(_) => format!("{place}.as_deref()"),
        ty if lent(ty, &named).0 == owned(ty, &named) => place.to_owned(),
        _ => format!("{place}.as_ref()"),
    };
    (format!("Option<{ty}>"), value)
}
