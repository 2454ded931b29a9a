//! What the data says of an option, a member of the spec or a diagnostic, as `explain` prints it.
//! Values of a certain job are not here.

use podman_driver_engine::config::option::{DockerOnly, Fate, Kind, OptionInfo};
use podman_driver_engine::diagnostic::{Entry, Severity};
use podman_driver_engine::spec::MemberInfo;

/// A diagnostic: what it means, and how it is mended.
pub(in crate::render) fn diagnostic(entry: &Entry) -> String {
    let severity = match entry.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    format!("{} ({severity}): {}\n\n{}\n", entry.id, entry.title, entry.text.trim_end())
}

/// An option of a `config` block. `of` says whose, such as `a task`.
pub(in crate::render) fn option(option: &OptionInfo, of: &str) -> String {
    let mut text = format!("{}: option of {of}\n\n{}\n\n", option.path, option.doc);
    let mut row = |name: &str, value: &str| text.push_str(&format!("  {name:<10} {value}\n"));
    row("Type", &type_of(option));
    match option.default {
        Some(default) => row("Default", default),
        None if option.required => row("Required", "yes"),
        None => row("Default", "unset"),
    }
    if !option.enumeration.is_empty() {
        row("Accepted", &option.enumeration.join(", "));
    }
    if !option.example.is_empty() {
        row("Example", &example(option));
    }
    fate(option, &mut row);
    row("Docker", option.docker.unwrap_or("nothing like it"));
    if let Some(successor) = option.deprecated {
        row("Deprecated", &format!("use `{successor}`"));
    }
    if !option.conflicts.is_empty() {
        row("Conflicts", &option.conflicts.join(", "));
    }
    if let Some(version) = option.podman {
        row("Podman", &format!("{version} or later"));
    }
    if option.sensitive {
        row("Secret", "never shown in output, logs or errors");
    }
    if option.own {
        row("Go driver", "does not have it");
    }
    row("Since", option.since);
    for note in option.notes {
        text.push_str(&format!("\n{note}\n"));
    }
    text
}

fn fate(option: &OptionInfo, row: &mut impl FnMut(&str, &str)) {
    match option.fate {
        Fate::Mapped(members) => row("Sets", &members.join(", ")),
        Fate::Decided { rule, affects } => {
            if !affects.is_empty() {
                row("Sets", &affects.join(", "));
            }
            row("Rule", &rule_place(rule));
        }
        Fate::NotInSpec(reason) => row("Not in the spec", reason),
        Fate::Nested => {
            let names: Vec<&str> = option.options.iter().map(|inner| inner.path).collect();
            row("Options", &names.join(", "));
        }
    }
}

fn type_of(option: &OptionInfo) -> String {
    let ty = match option.kind {
        Kind::Attribute => option.ty.nomad_name().to_owned(),
        Kind::Block => "block".to_owned(),
        Kind::BlockList => "block, may be repeated".to_owned(),
        Kind::BlockMap => "block with a label, may be repeated".to_owned(),
        Kind::BlockAttrs => "block with free keys".to_owned(),
    };
    match option.syntax {
        Some(syntax) => format!("{ty}, written as {}", syntax.replace('_', " ")),
        None => ty,
    }
}

fn example(option: &OptionInfo) -> String {
    match option.kind {
        Kind::Attribute => format!("{} = {}", option.name, option.example),
        _ => format!("{} {}", option.name, option.example),
    }
}

/// A member of the spec. `options` are those that may set it.
pub(in crate::render) fn member(member: &MemberInfo, options: &[String]) -> String {
    let mut text = format!("{}: member of the container's spec\n\n{}\n\n", member.name, member.doc);
    let mut row = |name: &str, value: &str| text.push_str(&format!("  {name:<10} {value}\n"));
    row("Type", member.ty);
    if let Some(unit) = member.unit {
        row("Unit", unit);
    }
    match member.until {
        Some(until) => row("Podman", &format!("{} to {until}", member.since)),
        None => row("Podman", &format!("{} and later", member.since)),
    }
    for rule in member.rules {
        row("Rule", &rule_place(rule));
    }
    if !options.is_empty() {
        row("Options", &options.join(", "));
    }
    text
}

/// An option that only the docker driver has.
pub(in crate::render) fn docker_only(option: &DockerOnly) -> String {
    format!(
        "{}: option of the docker driver, which this driver does not have\n\n{}\n",
        option.name, option.instead
    )
}

/// A rule's name with the place where it is written.
pub(in crate::render) fn rule_place(rule: &str) -> String {
    match rule.split_once('.') {
        Some(("mapped", option)) => format!("declared mapping of {option} (schema/task.hcl)"),
        Some((topic, function)) => format!("{rule} (src/engine/rules/{topic}.rs, fn {function})"),
        None => rule.to_owned(),
    }
}
