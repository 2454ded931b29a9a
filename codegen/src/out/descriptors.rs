//! `descriptors.rs`: the hclspec descriptors that Nomad decodes both `config` blocks with.

use super::text::{hcl, quoted};
use crate::model::{Kind, Model, Opt};

/// The file's code.
pub fn generate(model: &Model) -> String {
    let mut code = String::from(
        "//! What the plugin answers as ConfigSchema and TaskConfigSchema.\n\n\
         use crate::config::descriptor::{attribute, block, block_attributes, block_list, block_map, object, or_default};\n\
         use crate::generated::hclspec::Spec;\n\n",
    );
    for (name, about, options) in [
        ("task", "The descriptor of a task's `config` block.", &model.task),
        ("plugin", "The descriptor of the plugin's `config` block.", &model.plugin),
    ] {
        code.push_str(&format!("/// {about}\npub fn {name}() -> Spec {{\n{}\n}}\n\n", object(options)));
    }
    code
}

fn object(options: &[Opt]) -> String {
    let entries: String =
        options.iter().map(|option| format!("({}, {}),\n", quoted(&option.name), entry(option))).collect();
    format!("object([\n{entries}])")
}

fn entry(option: &Opt) -> String {
    let name = quoted(&option.name);
    let primary = match option.kind {
        Kind::Attribute => {
            format!("attribute({name}, {}, {})", quoted(&option.ty.to_string()), option.required)
        }
        Kind::Block => format!("block({name}, {})", object(&option.options)),
        Kind::BlockList => format!("block_list({name}, {})", object(&option.options)),
        Kind::BlockMap => format!("block_map({name}, {})", object(&option.options)),
        Kind::BlockAttrs => format!("block_attributes({name}, \"string\")"),
    };
    match &option.default {
        Some(literal) => format!("or_default({primary}, {})", quoted(&hcl(literal))),
        None => primary,
    }
}
