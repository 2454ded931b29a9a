//! `options.rs`: both option trees as static data, for decoding, suggestions, `explain` and `docs`.

use super::text::{hcl, json, optional, quoted, slice};
use crate::model::{Fate, Kind, Model, Opt, Type};

/// The file's code.
pub fn generate(model: &Model) -> String {
    let mut code = String::from(
        "//! The options of both `config` blocks as data.\n\n\
         use crate::config::option::{DockerOnly, Fate, Kind, OptionInfo, Type, Width};\n",
    );
    for (name, about, options) in [
        ("TASK", "The options of a task's `config` block, in the order of the reference.", &model.task),
        (
            "PLUGIN",
            "The options of the plugin's `config` block, in the order of the reference.",
            &model.plugin,
        ),
    ] {
        code.push_str(&format!(
            "/// {about}\npub static {name}: &[OptionInfo] = &[\n{}];\n",
            entries(options)
        ));
    }
    let only: String = model
        .docker_only
        .iter()
        .map(|only| {
            format!("DockerOnly {{ name: {}, instead: {} }},\n", quoted(&only.name), quoted(&only.instead))
        })
        .collect();
    code.push_str(&format!(
        "/// Options of the docker driver's tasks that have no counterpart here.\npub static DOCKER_ONLY: &[DockerOnly] = &[\n{only}];\n"
    ));
    code
}

fn entries(options: &[Opt]) -> String {
    options.iter().map(entry).collect()
}

fn entry(option: &Opt) -> String {
    let kind = match option.kind {
        Kind::Attribute => "Attribute",
        Kind::Block => "Block",
        Kind::BlockList => "BlockList",
        Kind::BlockMap => "BlockMap",
        Kind::BlockAttrs => "BlockAttrs",
    };
    let ty = match &option.ty {
        Type::Number => "Number",
        Type::Bool => "Bool",
        Type::Any => "Any",
        Type::List(inner) => match &**inner {
            Type::Map(value) if **value == Type::Number => "ListOfNumberMaps",
            Type::Map(_) => "ListOfTextMaps",
            _ => "ListOfText",
        },
        Type::Map(_) => "TextMap",
        _ => "Text",
    };
    let width = match option.width.as_deref() {
        Some("uint64") => "Some(Width::Uint64)",
        Some("int16") => "Some(Width::Int16)",
        Some(_) => "Some(Width::Int64)",
        None => "None",
    };
    let fate = match &option.fate {
        Fate::Mapped(sets) => format!("Fate::Mapped({})", slice(sets)),
        Fate::Decided { rule, affects } => {
            format!("Fate::Decided {{ rule: {}, affects: {} }}", quoted(rule), slice(affects))
        }
        Fate::NotInSpec(reason) => format!("Fate::NotInSpec({})", quoted(reason)),
        Fate::Nested => "Fate::Nested".to_owned(),
    };
    format!(
        "OptionInfo {{ name: {}, path: {}, kind: Kind::{kind}, ty: Type::{ty}, required: {}, width: {width}, \
         default: {}, syntax: {}, enumeration: {}, doc: {}, notes: {}, example: {}, sensitive: {}, own: {}, since: {}, \
         docker: {}, deprecated: {}, conflicts: {}, podman: {}, fate: {fate}, options: &[{}] }},\n",
        quoted(&option.name),
        quoted(&option.path),
        option.required,
        optional(option.default.as_ref().map(json).as_deref()),
        optional(option.syntax.as_deref()),
        slice(&option.enumeration),
        quoted(&option.doc),
        slice(&option.notes),
        quoted(&option.example.as_ref().map(hcl).unwrap_or_default()),
        option.sensitive,
        option.own,
        quoted(&option.since),
        optional(option.docker.as_deref()),
        optional(option.deprecated.as_deref()),
        slice(&option.conflicts),
        optional(option.podman.as_deref()),
        entries(&option.options),
    )
}
