//! `draft.rs`: the setters through which rules fill the spec; each claims its member, so that a second writer shows.

use super::spec::{value_type, variant};
use super::text::{doc, snake};
use crate::model::{Member, Model, Type};

/// The file's code.
pub fn generate(model: &Model) -> String {
    let mut code = String::from(
        "//! How rules write: one setter a member. A member that is set already stays as it is, and the second writer is noted.\n\n\
         use std::collections::btree_map::Entry;\n\nuse crate::draft::{Draft, Element};\n\
         use crate::generated::spec::{ContainerSpec, Member};\nuse crate::provenance::{Key, Origin};\n\n",
    );
    elements(&mut code, model);
    code.push_str("impl Draft<'_> {\n");
    for member in &model.members {
        setter(&mut code, model, member);
    }
    code.push_str("}\n");
    code
}

fn is_each_list(member: &Member) -> bool {
    member.each && matches!(member.ty, Type::List(_))
}

/// Lists whose elements several rules add wait here until they are put in the order of the rules.
fn elements(code: &mut String, model: &Model) {
    let lists: Vec<&Member> = model.members.iter().filter(|member| is_each_list(member)).collect();
    code.push_str("/// Elements of lists that several rules fill, with who added them.\n#[derive(Debug, Default)]\npub struct Elements {\n");
    for member in &lists {
        let Type::List(inner) = &member.ty else { continue };
        code.push_str(&format!(
            "pub(crate) {}: Vec<Element<{}>>,\n",
            snake(&member.name),
            value_type(model, inner)
        ));
    }
    code.push_str(
        "}\n\nimpl Elements {\n/// Moves all elements into the spec in the order of the rules, and tells of each whose it is.\n\
         pub(crate) fn finish(self, spec: &mut ContainerSpec, mut tell: impl FnMut(Member, usize, crate::draft::Claim)) {\n",
    );
    for member in &lists {
        let field = snake(&member.name);
        code.push_str(&format!(
            "if !self.{field}.is_empty() {{ spec.{field} = Some(crate::draft::in_order(self.{field}, |index, claim| tell(Member::{}, index, claim))); }}\n",
            variant(member)
        ));
    }
    code.push_str("}\n}\n\n");
}

fn setter(code: &mut String, model: &Model, member: &Member) {
    let name = snake(&member.name);
    let variant = variant(member);
    let unit = member.unit.as_ref().map_or(String::new(), |unit| format!("Unit: {unit}."));
    code.push_str(&doc(&[&member.doc, &unit]));
    match &member.ty {
        Type::List(inner) if member.each => code.push_str(&format!(
            "pub fn push_{name}(&mut self, value: {}) {{\nlet claim = self.claim_now();\nself.elements.{name}.push(Element {{ value, claim }});\n}}\n\n",
            value_type(model, inner)
        )),
        Type::Map(inner) if member.each => code.push_str(&format!(
            "pub fn insert_{name}(&mut self, key: impl Into<String>, value: {}) {{\nlet claim = self.claim_now();\n\
             match self.spec.{name}.entry(key.into()) {{\n\
             Entry::Vacant(free) => {{\n\
             self.origins.push(Origin::new(Member::{variant}, Key::Entry(free.key().as_str().into()), claim));\n\
             free.insert(value);\n}}\n\
             Entry::Occupied(_) => self.clashes.push(Member::{variant}),\n}}\n}}\n\n",
            value_type(model, inner)
        )),
        ty => {
            let value = if *ty == Type::String { "impl Into<String>".to_owned() } else { value_type(model, ty) };
            code.push_str(&format!(
                "pub fn set_{name}(&mut self, value: {value}) {{\nif self.claim(Member::{variant}) {{\n{}\n}}\n}}\n\n",
                assignment(member)
            ));
        }
    }
}

fn assignment(member: &Member) -> String {
    let value = if member.ty == Type::String { "value.into()" } else { "value" };
    let parts: Vec<String> = member.name.split('.').map(snake).collect();
    match parts.as_slice() {
        [field] if matches!(member.ty, Type::Map(_)) => format!("self.spec.{field} = {value};"),
        [object, rest @ .., last] => {
            let path: String =
                rest.iter().map(|part| format!(".{part}_mut().get_or_insert_default()")).collect();
            // The OCI type of `pids` holds the bare number, not an option.
            let value = if member.bare { value.to_owned() } else { format!("Some({value})") };
            format!("self.spec.{object}.get_or_insert_default(){path}.set_{last}({value});")
        }
        _ => format!("self.spec.{} = Some({value});", parts.join("_")),
    }
}
