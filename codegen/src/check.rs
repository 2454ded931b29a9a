//! Whether the data holds together: names, types, examples, members, rules. Every problem is found, with its place.
//! It looks at the data and at which rule functions and syntaxes exist, never at what they do.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Fate, Kind, Literal, Member, Model, Opt, Problem, Type, walk};

/// What the hand-written half of the engine offers to the data.
#[derive(Debug, Default)]
pub struct Written {
    /// Names of rule functions, `topic.function`.
    pub rules: BTreeSet<String>,
    /// Names of small syntaxes.
    pub syntaxes: BTreeSet<String>,
}

/// All problems of the data, sorted by place.
pub fn check(model: &Model, written: &Written) -> Vec<Problem> {
    let mut problems = Vec::new();
    for options in [&model.task, &model.plugin] {
        names(options, &mut problems);
        for option in walk(options) {
            check_option(option, options, model, written, &mut problems);
        }
    }
    for only in &model.docker_only {
        let mut say = |message: String| problems.push(Problem { at: only.at.clone(), message });
        if !is_sentence(&only.instead) {
            say(format!("`instead` of `{}` is no sentence", only.name));
        }
        if walk(&model.task).iter().any(|option| option.path == only.name) {
            say(format!("`{}` is an option of ours as well", only.name));
        }
    }
    owners(model, &mut problems);
    check_members(model, written, &mut problems);
    check_facts(model, &mut problems);
    check_diagnostics(model, &mut problems);
    problems.sort();
    problems
}

fn names(options: &[Opt], problems: &mut Vec<Problem>) {
    let mut seen = BTreeSet::new();
    for option in options {
        if !seen.insert(&option.name) {
            problems.push(problem(option, format!("there is already an option `{}`", option.path)));
        }
        names(&option.options, problems);
    }
}

fn check_option(option: &Opt, all: &[Opt], model: &Model, written: &Written, problems: &mut Vec<Problem>) {
    let path = &option.path;
    let mut say = |message: String| problems.push(problem(option, message));
    if !is_sentence(&option.doc) {
        say(format!(
            "the doc of `{path}` is no sentence: it begins with a capital and ends with a full stop"
        ));
    }
    for note in option.notes.iter().filter(|note| !is_sentence(note)) {
        say(format!("a note of `{path}` is no sentence: {note:?}"));
    }
    if !is_version(&option.since, 3) {
        say(format!("`{path}` does not say `since` as our version, such as \"0.1.0\""));
    }
    if option.podman.as_deref().is_some_and(|version| !is_version(version, 2)) {
        say(format!("`podman` of `{path}` is no Podman version such as \"4.4\""));
    }
    let block = matches!(option.kind, Kind::Block | Kind::BlockList | Kind::BlockMap);
    if block == option.options.is_empty() {
        say(format!("`{path}` is a block without options, or an attribute with options"));
    }
    if !block && !option_type(&option.ty) {
        say(format!("`{path}` has the unknown type `{}`", option.ty));
    }
    let widths = ["int64", "uint64", "int16"];
    if (option.ty == Type::Number) != option.width.as_deref().is_some_and(|width| widths.contains(&width)) {
        say(format!("`{path}` needs a `width` just where its type is number: {}", widths.join(", ")));
    }
    match &option.example {
        None => say(format!("`{path}` has no example")),
        Some(example) if !fits(example, option) => say(format!("the example of `{path}` is not of its type")),
        Some(Literal::String(text))
            if !option.enumeration.is_empty() && !option.enumeration.contains(text) =>
        {
            say(format!("the example of `{path}` is not among its accepted texts"));
        }
        Some(_) => {}
    }
    if option.default.as_ref().is_some_and(|default| !fits(default, option)) {
        say(format!("the default of `{path}` is not of its type"));
    }
    if let Some(syntax) = option.syntax.as_ref().filter(|syntax| !written.syntaxes.contains(*syntax)) {
        say(format!("`{path}` names the syntax `{syntax}`, which nobody wrote"));
    }
    for other in option.conflicts.iter().chain(&option.deprecated) {
        if other == path || !walk(all).iter().any(|known| known.path == *other) {
            say(format!("`{path}` names the option `{other}`, which does not exist"));
        }
    }
    check_fate(option, model, written, problems);
}

fn check_fate(option: &Opt, model: &Model, written: &Written, problems: &mut Vec<Problem>) {
    let path = &option.path;
    let mut say = |message: String| problems.push(problem(option, message));
    match &option.fate {
        Fate::Mapped(members) => {
            for name in members {
                match model.member(name) {
                    None => say(format!("`{path}` sets the member `{name}`, which does not exist")),
                    Some(member) if !same_type(option, member) => {
                        say(format!("`{path}` is a {} and cannot set `{name}`, a {}", option.ty, member.ty));
                    }
                    Some(_) => {}
                }
            }
        }
        Fate::Decided { rule, affects } => {
            if !written.rules.contains(rule) {
                say(format!("`{path}` names the rule `{rule}`, which nobody wrote"));
            }
            for name in affects {
                match model.member(name) {
                    None => say(format!("`{path}` affects the member `{name}`, which does not exist")),
                    Some(member) if !member.rules.contains(rule) => {
                        say(format!("`{path}` affects `{name}`, which does not belong to the rule `{rule}`"));
                    }
                    Some(_) => {}
                }
            }
        }
        Fate::NotInSpec(reason) if !is_sentence(reason) => {
            say(format!("the reason of `{path}` is no sentence"));
        }
        Fate::NotInSpec(_) | Fate::Nested => {}
    }
}

/// One owner for each member: a rule or a mapping, never two, never none.
fn owners(model: &Model, problems: &mut Vec<Problem>) {
    let mut mapped: BTreeMap<&str, &str> = BTreeMap::new();
    for option in walk(&model.task).into_iter().chain(walk(&model.plugin)) {
        let Fate::Mapped(members) = &option.fate else { continue };
        for name in members {
            if let Some(first) = mapped.insert(name, &option.path) {
                problems.push(problem(
                    option,
                    format!("`{}` sets `{name}`, which `{first}` sets already", option.path),
                ));
            }
        }
    }
    for member in &model.members {
        let owner = mapped.get(member.name.as_str());
        let message = match (owner, member.rules.as_slice()) {
            (Some(option), [rule, ..]) => {
                format!("`{}` belongs to the rule `{rule}` and to the option `{option}`", member.name)
            }
            (None, []) => {
                format!("nobody sets `{}`: it needs a rule, or an option that maps to it", member.name)
            }
            _ => continue,
        };
        problems.push(Problem { at: member.at.clone(), message });
    }
}

fn check_members(model: &Model, written: &Written, problems: &mut Vec<Problem>) {
    let mut seen = BTreeSet::new();
    for member in &model.members {
        let mut say = |message: String| problems.push(Problem { at: member.at.clone(), message });
        let name = &member.name;
        if !seen.insert(name) {
            say(format!("there is already a member `{name}`"));
        }
        if !is_sentence(&member.doc) {
            say(format!("the doc of `{name}` is no sentence"));
        }
        if !member_type(&member.ty, model) {
            say(format!("`{name}` has the unknown type `{}`", member.ty));
        }
        if let Some((object, _)) = name.split_once('.')
            && !model.objects.iter().any(|known| known.name == object)
        {
            say(format!("`{name}` lies in the object `{object}`, which does not exist"));
        }
        for version in std::iter::once(&member.since).chain(&member.until) {
            if !is_version(version, 2) {
                say(format!("`{name}` needs Podman versions such as \"4.3\", not {version:?}"));
            }
        }
        for rule in member.rules.iter().filter(|rule| !written.rules.contains(*rule)) {
            say(format!("`{name}` names the rule `{rule}`, which nobody wrote"));
        }
        if member.rules.len() > 1 && !(member.each && matches!(member.ty, Type::List(_) | Type::Map(_))) {
            say(format!("`{name}` has several rules; only a list or map with `each = true` may"));
        }
    }
    for named in model.models.iter().chain(&model.objects) {
        if !named.rust.contains("::") || !is_sentence(&named.doc) {
            let message = format!("`{}` needs a path in `rust` and a sentence in `doc`", named.name);
            problems.push(Problem { at: named.at.clone(), message });
        }
    }
}

fn check_facts(model: &Model, problems: &mut Vec<Problem>) {
    let mut seen = BTreeSet::new();
    for fact in &model.facts {
        let mut say = |message: String| problems.push(Problem { at: fact.at.clone(), message });
        let name = &fact.name;
        if !seen.insert(name) {
            say(format!("there is already a fact `{name}`"));
        }
        if !["host.", "nomad."].iter().any(|group| name.starts_with(group)) {
            say(format!("`{name}` is neither of the host nor of nomad"));
        }
        if !is_sentence(&fact.doc) {
            say(format!("the doc of `{name}` is no sentence"));
        }
        if !member_type(&fact.ty, model) {
            say(format!("`{name}` has the unknown type `{}`", fact.ty));
        }
    }
}

fn check_diagnostics(model: &Model, problems: &mut Vec<Problem>) {
    let (mut ids, mut names, mut last) = (BTreeSet::new(), BTreeSet::new(), 0);
    for entry in &model.diagnostics {
        let mut say = |message: String| problems.push(Problem { at: entry.at.clone(), message });
        if !ids.insert(entry.id) {
            say(format!("the id {} belongs to another diagnostic already", entry.id));
        } else if entry.id < last {
            say(format!("`{}` stands out of order: ids rise", entry.name));
        }
        last = last.max(entry.id);
        if !names.insert(&entry.name) {
            say(format!("there is already a diagnostic `{}`", entry.name));
        }
        if entry.title.is_empty() || entry.doc.len() < 80 {
            say(format!("`{}` needs a title, and a doc that explains", entry.name));
        }
    }
}

fn problem(option: &Opt, message: String) -> Problem {
    Problem { at: option.at.clone(), message }
}

fn is_sentence(text: &str) -> bool {
    text.ends_with('.') && text.chars().next().is_some_and(|first| !first.is_lowercase())
}

fn is_version(text: &str, parts: usize) -> bool {
    text.split('.').count() == parts && text.split('.').all(|part| part.parse::<u16>().is_ok())
}

fn option_type(ty: &Type) -> bool {
    match ty {
        Type::String | Type::Number | Type::Bool | Type::Any => true,
        Type::List(inner) => match &**inner {
            Type::String => true,
            Type::Map(value) => matches!(**value, Type::String | Type::Number),
            _ => false,
        },
        Type::Map(value) => **value == Type::String,
        _ => false,
    }
}

fn member_type(ty: &Type, model: &Model) -> bool {
    match ty {
        Type::Number | Type::Any => false,
        Type::String | Type::Bool | Type::Int64 | Type::Uint64 | Type::Float => true,
        Type::Model(name) => model.rust_model(name).is_some(),
        Type::List(inner) | Type::Map(inner) => member_type(inner, model),
    }
}

fn same_type(option: &Opt, member: &Member) -> bool {
    match (&option.ty, &member.ty) {
        (Type::Number, Type::Int64) => option.width.as_deref() != Some("uint64"),
        (Type::Number, Type::Uint64) => option.width.as_deref() == Some("uint64"),
        (Type::List(inner), Type::Map(value)) => **inner == Type::Map(value.clone()),
        (option, member) => option == member,
    }
}

/// Whether a constant is of an option's type, as Nomad's decoder would take it.
fn fits(literal: &Literal, option: &Opt) -> bool {
    match option.kind {
        Kind::Attribute => fits_type(literal, &option.ty),
        Kind::Block => fits_block(literal, option),
        Kind::BlockList => match literal {
            Literal::List(items) => items.iter().all(|item| fits_block(item, option)),
            other => fits_block(other, option),
        },
        Kind::BlockMap => match literal {
            Literal::Object(labelled) => labelled.iter().all(|(_, body)| fits_block(body, option)),
            _ => false,
        },
        Kind::BlockAttrs => fits_type(literal, &option.ty),
    }
}

fn fits_block(literal: &Literal, option: &Opt) -> bool {
    let Literal::Object(entries) = literal else { return false };
    entries
        .iter()
        .all(|(key, value)| option.options.iter().any(|inner| inner.name == *key && fits(value, inner)))
}

fn fits_type(literal: &Literal, ty: &Type) -> bool {
    match (ty, literal) {
        (Type::String, Literal::String(_))
        | (Type::Number, Literal::Number(_))
        | (Type::Bool, Literal::Bool(_)) => true,
        (Type::Any, Literal::String(_) | Literal::List(_)) => true,
        (Type::List(inner), Literal::Object(_)) => {
            matches!(**inner, Type::Map(_)) && fits_type(literal, inner)
        }
        (Type::List(inner), Literal::List(items)) => items.iter().all(|item| fits_type(item, inner)),
        (Type::Map(value), Literal::Object(entries)) => {
            entries.iter().all(|(_, item)| fits_type(item, value))
        }
        _ => false,
    }
}
