//! `config.rs`: the typed Rust structs of both `config` blocks, with their serde and schemars attributes.

use super::text::{camel, doc, json, owned, quoted};
use crate::model::{Kind, Literal, Model, Opt, Type};

/// The file's code.
pub fn generate(model: &Model) -> String {
    let mut code = String::from(
        "//! The typed `config` blocks of task and plugin.\n\n\
         use schemars::JsonSchema;\nuse serde::{Deserialize, Serialize};\n\n\
         use crate::config::{json_schema, wire};\n",
    );
    structure(&mut code, "TaskConfig", "Task", "A task's `config` block.", &model.task);
    structure(
        &mut code,
        "PluginConfig",
        "Plugin",
        "The plugin's `config` block in the agent's configuration.",
        &model.plugin,
    );
    code.push_str(&defaults_module(model));
    code
}

/// Name of the struct of a block.
pub fn block_type(scope: &str, option: &Opt) -> String {
    format!("{scope}{}", camel(&option.path))
}

/// The Rust type of an option's field.
pub fn field_type(scope: &str, option: &Opt) -> String {
    match option.kind {
        Kind::Block if option.default.is_none() => format!("Option<{}>", block_type(scope, option)),
        Kind::Block => block_type(scope, option),
        Kind::BlockList => format!("Vec<{}>", block_type(scope, option)),
        Kind::BlockMap => format!("std::collections::BTreeMap<String, {}>", block_type(scope, option)),
        Kind::BlockAttrs => owned(&option.ty, &|name| name.to_owned()),
        Kind::Attribute => match (&option.ty, option.width.as_deref()) {
            (Type::Number, Some("uint64")) => "Option<u64>".to_owned(),
            (Type::Number, Some("int16")) => "Option<i16>".to_owned(),
            (Type::Number, _) => "Option<i64>".to_owned(),
            (Type::Any, _) => "Option<serde_json::Value>".to_owned(),
            (Type::List(inner), _) if matches!(**inner, Type::Map(_)) => {
                owned(inner, &|name| name.to_owned())
            }
            (ty, _) => owned(ty, &|name| name.to_owned()),
        },
    }
}

fn structure(code: &mut String, name: &str, scope: &str, about: &str, options: &[Opt]) {
    code.push_str(&doc(&[about]));
    let plain = options.iter().all(|option| option.default.is_none());
    code.push_str(&format!(
        "#[derive(Debug, Clone, {}PartialEq, Serialize, Deserialize, JsonSchema)]\n#[schemars(deny_unknown_fields)]\n",
        if plain { "Default, " } else { "" }
    ));
    let required: Vec<String> =
        options.iter().filter(|option| option.required).map(|option| quoted(&option.name)).collect();
    if !required.is_empty() {
        code.push_str(&format!("#[schemars(extend(\"required\" = [{}]))]\n", required.join(", ")));
    }
    code.push_str(&format!(
        "#[schemars(title = {})]\npub struct {name} {{\n",
        quoted(about.trim_end_matches('.'))
    ));
    for option in options {
        field(code, scope, option);
    }
    code.push_str("}\n\n");
    if !plain {
        default_of(code, name, scope, options);
    }
    for option in options.iter().filter(|option| !option.options.is_empty()) {
        structure(code, &block_type(scope, option), scope, &option.doc, &option.options);
    }
}

fn field(code: &mut String, scope: &str, option: &Opt) {
    let notes: Vec<&str> = option.notes.iter().map(String::as_str).collect();
    code.push_str(&doc(&[&option.doc, &notes.join(" ")]));
    let decode = wire_function(option);
    code.push_str("#[serde(");
    if option.default.is_some() {
        let path = default_function(scope, option);
        code.push_str(&format!(
            "default = \"default_of::{path}\", deserialize_with = \"default_of::{path}_or\""
        ));
    } else {
        code.push_str(&format!("default, deserialize_with = \"wire::{decode}\""));
    }
    if matches!(&option.ty, Type::List(inner) if matches!(**inner, Type::Map(_)))
        && option.kind == Kind::Attribute
    {
        code.push_str(", serialize_with = \"wire::maps_out\"");
    }
    code.push_str(")]\n");
    schema_attributes(code, scope, option);
    code.push_str(&format!("pub {}: {},\n", option.name, field_type(scope, option)));
}

fn schema_attributes(code: &mut String, scope: &str, option: &Opt) {
    let with = match option.kind {
        Kind::Block => format!("json_schema::Block<{}>", block_type(scope, option)),
        Kind::BlockList => format!("json_schema::Blocks<{}>", block_type(scope, option)),
        Kind::BlockMap => format!("json_schema::LabelledBlocks<{}>", block_type(scope, option)),
        Kind::BlockAttrs => "json_schema::TextMap".to_owned(),
        Kind::Attribute => format!(
            "json_schema::{}",
            match (&option.ty, option.width.as_deref()) {
                (Type::Number, Some("uint64")) => "Unsigned",
                (Type::Number, Some("int16")) => "Short",
                (Type::Number, _) => "Integer",
                (Type::Bool, _) => "Flag",
                (Type::Any, _) => "TextOrList",
                (Type::List(inner), _) => match &**inner {
                    Type::Map(value) if **value == Type::Number => "NumberMaps",
                    Type::Map(_) => "TextMaps",
                    _ => "TextList",
                },
                (_, _) if option.required => "GivenText",
                (_, _) if !option.enumeration.is_empty() => "OpenText",
                _ => "Text",
            }
        ),
    };
    code.push_str(&format!("#[schemars(with = {})]\n", quoted(&with)));
    code.push_str(&format!("#[schemars(title = {})]\n", quoted(&option.path)));
    if let Some(example) = &option.example {
        code.push_str(&format!(
            "#[schemars(extend(\"examples\" = [serde_json::json!({})]))]\n",
            json(example)
        ));
    }
    if !option.enumeration.is_empty() {
        // An empty text is the same as unset, here as everywhere.
        let texts: Vec<String> =
            option.enumeration.iter().map(String::as_str).chain([""]).map(quoted).collect();
        code.push_str(&format!(
            "#[schemars(extend(\"anyOf\" = [{{\"enum\": [{}, null]}}, {{\"pattern\": \"\\\\$\\\\{{\"}}]))]\n",
            texts.join(", ")
        ));
    }
    if option.deprecated.is_some() {
        code.push_str("#[schemars(extend(\"deprecated\" = true))]\n");
    }
    if option.sensitive {
        code.push_str("#[schemars(extend(\"writeOnly\" = true))]\n");
    }
}

/// The helper of `config::wire` that decodes an option; it takes nil for what nobody wrote.
fn wire_function(option: &Opt) -> &'static str {
    match option.kind {
        Kind::Block => "block",
        Kind::BlockList => "blocks",
        Kind::BlockMap => "labelled_blocks",
        Kind::BlockAttrs => "text_map",
        Kind::Attribute => match (&option.ty, option.width.as_deref()) {
            (Type::Number, _) => "integer",
            (Type::Bool, _) => "flag",
            (Type::Any, _) => "any",
            (Type::List(inner), _) => match &**inner {
                Type::Map(value) if **value == Type::Number => "number_maps",
                Type::Map(_) => "text_maps",
                _ => "texts",
            },
            _ => "text",
        },
    }
}

/// `Default` as the data says it, and the functions that serde needs for it.
fn default_of(code: &mut String, name: &str, scope: &str, options: &[Opt]) {
    code.push_str(&format!("impl Default for {name} {{\nfn default() -> Self {{\nSelf {{\n"));
    for option in options {
        let value = option
            .default
            .as_ref()
            .map_or("Default::default()".to_owned(), |literal| default_value(scope, option, literal));
        code.push_str(&format!("{}: {value},\n", option.name));
    }
    code.push_str("}\n}\n}\n\n");
}

fn default_value(scope: &str, option: &Opt, literal: &Literal) -> String {
    match literal {
        Literal::String(text) => format!("{text:?}.to_owned()"),
        Literal::Bool(flag) => flag.to_string(),
        Literal::Number(number) => format!("Some({number})"),
        Literal::Object(entries) if option.kind == Kind::Block => {
            let name = block_type(scope, option);
            // The default of a block keeps its own shape: what it does not name is unset, not the nested default.
            let fields: Vec<String> = option
                .options
                .iter()
                .map(|inner| {
                    let given = entries.iter().find(|(key, _)| *key == inner.name);
                    let value = given.map_or("Default::default()".to_owned(), |(_, value)| {
                        default_value(scope, inner, value)
                    });
                    format!("{}: {value}", inner.name)
                })
                .collect();
            format!("{name} {{ {} }}", fields.join(", "))
        }
        _ => "Default::default()".to_owned(),
    }
}

fn default_function(scope: &str, option: &Opt) -> String {
    format!("{}_{}", scope.to_lowercase(), option.path.replace('.', "_"))
}

/// The module of default functions, once for both scopes.
fn defaults_module(model: &Model) -> String {
    let mut code = String::from(
        "/// Defaults of single options: for what is left out, and for what is written as nil.\nmod default_of {\nuse super::*;\nuse serde::Deserializer;\n",
    );
    for (scope, options) in [("Task", &model.task), ("Plugin", &model.plugin)] {
        for option in crate::model::walk(options) {
            let Some(literal) = &option.default else { continue };
            let path = default_function(scope, option);
            let ty = field_type(scope, option);
            let value = default_value(scope, option, literal);
            let read = match option.kind {
                Kind::Block => "wire::block",
                _ if option.ty == Type::Bool => "wire::optional_flag",
                _ => "wire::optional_text",
            };
            code.push_str(&format!(
                "pub(super) fn {path}() -> {ty} {{ {value} }}\n\
                 pub(super) fn {path}_or<'de, D: Deserializer<'de>>(from: D) -> Result<{ty}, D::Error> {{\n\
                 Ok({read}(from)?.unwrap_or_else({path}))\n}}\n"
            ));
        }
    }
    code.push_str("}\n");
    code
}
