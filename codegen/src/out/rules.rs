//! `rules.rs`: the table of all rules, and the rules of declared mappings, which nobody writes by hand.

use super::text::{quoted, snake};
use crate::model::{Fate, Kind, Model, Opt, Type, walk};

/// The file's code.
pub fn generate(model: &Model) -> String {
    let mapped: Vec<(&str, &Opt, &[String])> = [("task", &model.task), ("plugin", &model.plugin)]
        .into_iter()
        .flat_map(|(scope, options)| walk(options).into_iter().map(move |option| (scope, option)))
        .filter_map(|(scope, option)| match &option.fate {
            Fate::Mapped(members) => Some((scope, option, members.as_slice())),
            _ => None,
        })
        .collect();
    let mut code = String::from(
        "//! All rules: those of declared mappings, and the decisions of `rules/`.\n\n\
         use crate::draft::Draft;\nuse crate::inputs::Inputs;\nuse crate::rules;\nuse crate::translate::Rule;\n\n\
         /// Every rule once. The order is that of the data; it orders list elements and nothing else.\npub static RULES: &[Rule] = &[\n",
    );
    for name in model.rules() {
        let path = name.replace('.', "::");
        code.push_str(&format!("Rule {{ name: {}, run: rules::{path} }},\n", quoted(name)));
    }
    for (scope, option, _) in &mapped {
        code.push_str(&format!(
            "Rule {{ name: {}, run: mapped::{scope}_{} }},\n",
            quoted(&format!("mapped.{}", option.path)),
            snake(&option.path)
        ));
    }
    code.push_str("];\n\n/// One rule for each declared mapping: the value goes on as it is, unset means nothing is sent.\nmod mapped {\nuse super::*;\n");
    for (scope, option, members) in &mapped {
        code.push_str(&mapping(scope, option, members));
    }
    code.push_str("}\n");
    code
}

fn mapping(scope: &str, option: &Opt, members: &[String]) -> String {
    let read = format!("cx.{scope}.{}()", snake(&option.path));
    let (condition, value) = match (&option.ty, option.kind) {
        (Type::Bool, _) => (format!("if {read}"), "true".to_owned()),
        (Type::Number, _) => (format!("if let Some(value) = {read}"), "value.into()".to_owned()),
        (Type::String, Kind::Attribute) => {
            (format!("let value = {read}; if !value.is_empty()"), "value".to_owned())
        }
        (Type::List(inner), Kind::Attribute) if **inner == Type::String => {
            (format!("let value = {read}; if !value.is_empty()"), "value.to_vec()".to_owned())
        }
        _ => (format!("let value = {read}; if !value.is_empty()"), "value.clone()".to_owned()),
    };
    let sets: String =
        members.iter().map(|member| format!("out.set_{}({value});\n", snake(member))).collect();
    format!(
        "pub(super) fn {scope}_{}(cx: &Inputs<'_>, out: &mut Draft<'_>) {{\n{condition} {{\n{sets}}}\n}}\n",
        snake(&option.path)
    )
}
