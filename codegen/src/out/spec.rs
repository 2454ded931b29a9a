//! `spec.rs`: the SpecGenerator as far as we set it, its members as an enum, and what is known of each.

use super::text::{camel, doc, optional, owned, quoted, snake};
use crate::model::{Member, Model, Type};

/// The file's code.
pub fn generate(model: &Model) -> String {
    let mut code = String::from(
        "//! The body of `POST /libpod/containers/create`, as far as a task can fill it.\n\nuse serde::{Deserialize, Serialize};\n\n\
         use crate::spec::{MemberInfo, Version};\n",
    );
    structure(&mut code, model);
    members(&mut code, model);
    clear(&mut code, model);
    code
}

/// Variant of a member in the enum `Member`.
pub fn variant(member: &Member) -> String {
    camel(&split_camel(&member.name))
}

fn split_camel(name: &str) -> String {
    snake(&name.replace('.', "__")).replace("__", ".")
}

/// The Rust type that holds a member's value.
pub fn value_type(model: &Model, ty: &Type) -> String {
    owned(ty, &|name| model.rust_model(name).unwrap_or(name).to_owned())
}

/// Top-level members: those without a dot, and the objects that hold the dotted ones.
fn structure(code: &mut String, model: &Model) {
    code.push_str(
        "/// What Podman is asked to create. Unset members are left out of the JSON.\n\
         #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]\n#[serde(default)]\npub struct ContainerSpec {\n",
    );
    let plain =
        model.members.iter().filter(|member| !member.name.contains('.')).map(|member| {
            (member.name.as_str(), doc(&[&member.doc]), value_type(model, &member.ty), &member.ty)
        });
    for (name, about, ty, kind) in plain {
        let empty = match kind {
            Type::Map(_) => Some("std::collections::BTreeMap::is_empty"),
            _ => None,
        };
        field(code, name, &about, &ty, empty);
    }
    for object in &model.objects {
        field(code, &object.name, &doc(&[&object.doc]), &object.rust, None);
    }
    code.push_str("}\n\n");
}

fn field(code: &mut String, name: &str, about: &str, ty: &str, skip_if_empty: Option<&str>) {
    code.push_str(about);
    let rename = if snake(name) == name { String::new() } else { format!("rename = {}, ", quoted(name)) };
    match skip_if_empty {
        Some(is_empty) => code.push_str(&format!(
            "#[serde({rename}skip_serializing_if = {})]\npub {}: {ty},\n",
            quoted(is_empty),
            snake(name)
        )),
        None => code.push_str(&format!(
            "#[serde({rename}skip_serializing_if = \"Option::is_none\")]\npub {}: Option<{ty}>,\n",
            snake(name)
        )),
    }
}

fn members(code: &mut String, model: &Model) {
    code.push_str(
        "/// A member that a task can set; those of objects have a dotted name.\n\
         #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]\npub enum Member {\n",
    );
    for member in &model.members {
        code.push_str(&doc(&[&member.doc]));
        code.push_str(&format!("{},\n", variant(member)));
    }
    code.push_str("}\n\nimpl Member {\n/// All of them, in the order of the data.\npub const ALL: &'static [Member] = &[\n");
    for member in &model.members {
        code.push_str(&format!("Member::{},\n", variant(member)));
    }
    code.push_str(
        "];\n\n/// What the data says of it.\npub fn info(self) -> &'static MemberInfo {\nmatch self {\n",
    );
    for member in &model.members {
        code.push_str(&format!(
            "Member::{} => &MemberInfo {{ name: {}, ty: {}, unit: {}, since: {}, until: {}, lost_is_error: {}, doc: {}, each: {}, rules: &[{}] }},\n",
            variant(member),
            quoted(&member.name),
            quoted(&member.ty.to_string()),
            optional(member.unit.as_deref()),
            version(&member.since),
            member.until.as_deref().map_or("None".to_owned(), |until| format!("Some({})", version(until))),
            member.lost_is_error,
            quoted(&member.doc),
            member.each,
            member.rules.iter().map(|rule| quoted(rule)).collect::<Vec<_>>().join(", "),
        ));
    }
    code.push_str("}\n}\n}\n\n");
}

fn version(text: &str) -> String {
    let (major, minor) = text.split_once('.').unwrap_or((text, "0"));
    format!("Version {{ major: {major}, minor: {minor} }}")
}

/// Taking a member out again, for a Podman that does not know it.
fn clear(code: &mut String, model: &Model) {
    code.push_str(
        "impl ContainerSpec {\n/// Takes a top-level member out again; members of objects stay, since every supported Podman knows them.\n\
         pub fn clear(&mut self, member: Member) {\nmatch member {\n",
    );
    for member in &model.members {
        let action = if member.name.contains('.') {
            "{}".to_owned()
        } else {
            format!("self.{} = Default::default()", snake(&member.name))
        };
        code.push_str(&format!("Member::{} => {action},\n", variant(member)));
    }
    code.push_str("}\n}\n}\n");
}
