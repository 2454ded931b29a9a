//! `facts.rs`: the structs of what a translation may know besides the config, with their documented defaults.

use super::text::{doc, json, owned, quoted};
use crate::model::{Fact, Literal, Model, Type};

/// The file's code.
pub fn generate(model: &Model) -> String {
    let mut code = String::from(
        "//! What is known of the host and what Nomad says of the task.\n\nuse serde::{Deserialize, Serialize};\n",
    );
    structure(
        &mut code,
        model,
        "HostFacts",
        "host.",
        "What Podman reports of its host, with the documented defaults of an unknown host.",
    );
    structure(
        &mut code,
        model,
        "NomadTask",
        "nomad.",
        "What Nomad says of the task beside its `config` block.",
    );
    code
}

fn structure(code: &mut String, model: &Model, name: &str, group: &str, about: &str) {
    let facts: Vec<&Fact> = model.facts.iter().filter(|fact| fact.name.starts_with(group)).collect();
    let named = |name: &str| model.rust_model(name).unwrap_or(name).to_owned();
    code.push_str(&doc(&[about]));
    code.push_str("#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]\n#[serde(default, deny_unknown_fields)]\n");
    code.push_str(&format!("pub struct {name} {{\n"));
    for fact in &facts {
        let unit = fact.unit.as_ref().map_or(String::new(), |unit| format!("Unit: {unit}."));
        code.push_str(&doc(&[&fact.doc, &unit]));
        let ty = owned(&fact.ty, &named);
        let ty = if fact.optional { format!("Option<{ty}>") } else { ty };
        code.push_str(&format!("pub {}: {ty},\n", fact.name.trim_start_matches(group)));
    }
    code.push_str(&format!("}}\n\nimpl Default for {name} {{\nfn default() -> Self {{\nSelf {{\n"));
    for fact in &facts {
        code.push_str(&format!("{}: {},\n", fact.name.trim_start_matches(group), default_value(fact)));
    }
    code.push_str("}\n}\n}\n\n");
}

fn default_value(fact: &Fact) -> String {
    let value = match (&fact.default, &fact.ty) {
        (None | Some(Literal::Null), _) => return "Default::default()".to_owned(),
        (Some(literal), Type::Model(_)) => {
            format!("crate::facts::constant({})", quoted(&json(literal)))
        }
        (Some(Literal::String(text)), _) => format!("{text:?}.to_owned()"),
        (Some(Literal::Number(number)), Type::Float) if !number.contains('.') => format!("{number}.0"),
        (Some(Literal::Number(number)), _) => number.clone(),
        (Some(Literal::Bool(flag)), _) => flag.to_string(),
        (Some(Literal::List(items)), _) => {
            let items: Vec<String> = items
                .iter()
                .map(|item| match item {
                    Literal::String(text) => format!("{text:?}.to_owned()"),
                    other => json(other),
                })
                .collect();
            format!("vec![{}]", items.join(", "))
        }
        (Some(Literal::Object(entries)), _) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, value)| match value {
                    Literal::String(text) => format!("({key:?}.to_owned(), {text:?}.to_owned())"),
                    other => format!("({key:?}.to_owned(), {})", json(other)),
                })
                .collect();
            format!("[{}].into_iter().collect()", entries.join(", "))
        }
    };
    if fact.optional { format!("Some({value})") } else { value }
}
