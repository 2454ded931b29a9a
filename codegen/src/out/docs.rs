//! The reference pages: options of task and plugin, members of the spec, diagnostics.

use super::text::{hcl, hcl_key};
use crate::model::{Fate, Kind, Literal, Model, Opt, Type, walk};

/// `docs/task-options.md`.
pub fn task(model: &Model) -> String {
    page(
        "Options of a task",
        "What the `config` block of a task with `driver = \"podman\"` takes.",
        &model.task,
        "config",
    )
}

/// `docs/plugin-options.md`.
pub fn plugin(model: &Model) -> String {
    page(
        "Options of the plugin",
        "What the `config` block of `plugin \"nomad-driver-podman\"` in the agent's configuration takes.",
        &model.plugin,
        "config",
    )
}

fn page(title: &str, about: &str, options: &[Opt], around: &str) -> String {
    let mut page = format!("# {title}\n\n{about}\n\n");
    for option in walk(options) {
        let depth = option.path.matches('.').count();
        page.push_str(&format!("{}- [`{}`](#{})\n", "  ".repeat(depth), option.path, anchor(&option.path)));
    }
    for option in walk(options) {
        section(&mut page, option, around);
    }
    page
}

/// As the usual renderers make it: lower case, without punctuation.
fn anchor(path: &str) -> String {
    path.chars().filter(|c| c.is_alphanumeric() || matches!(c, '_' | '-')).collect()
}

fn section(page: &mut String, option: &Opt, around: &str) {
    page.push_str(&format!("\n## `{}`\n\n{}\n\n", option.path, option.doc));
    let mut row = |name: &str, value: String| page.push_str(&format!("- **{name}:** {value}\n"));
    row("Type", type_name(option));
    match &option.default {
        Some(default) => row("Default", format!("`{}`", hcl(default))),
        None if option.required => row("Required", "yes".to_owned()),
        None => row("Default", "unset".to_owned()),
    }
    if !option.enumeration.is_empty() {
        row(
            "Accepted",
            option.enumeration.iter().map(|text| format!("`{text:?}`")).collect::<Vec<_>>().join(", "),
        );
    }
    match &option.fate {
        Fate::Mapped(members) => row("Sets", members_text(members)),
        Fate::Decided { rule, affects } if affects.is_empty() => row("Decided by", format!("rule `{rule}`")),
        Fate::Decided { rule, affects } => row("Sets", format!("{} by rule `{rule}`", members_text(affects))),
        Fate::NotInSpec(reason) => row("Not in the container's spec", reason.clone()),
        Fate::Nested => {}
    }
    row(
        "Docker driver",
        option.docker.as_ref().map_or("nothing like it".to_owned(), |name| format!("`{name}`")),
    );
    if let Some(successor) = &option.deprecated {
        row("Deprecated", format!("use `{successor}`"));
    }
    if !option.conflicts.is_empty() {
        row(
            "Conflicts with",
            option.conflicts.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
        );
    }
    if let Some(version) = &option.podman {
        row("Podman", format!("{version} or later"));
    }
    if option.sensitive {
        row("Secret", "never shown in output, logs or errors".to_owned());
    }
    if option.own {
        row("Go driver", "does not have it".to_owned());
    }
    row("Since", option.since.clone());
    for note in &option.notes {
        page.push_str(&format!("\n{note}\n"));
    }
    if let Some(example) = &option.example {
        page.push_str(&format!("\n```hcl\n{}\n```\n", example_text(option, example, around)));
    }
}

fn members_text(members: &[String]) -> String {
    members.iter().map(|member| format!("`{member}`")).collect::<Vec<_>>().join(", ")
}

fn type_name(option: &Opt) -> String {
    match option.kind {
        Kind::Attribute => format!("`{}`", option.ty),
        Kind::Block => "block".to_owned(),
        Kind::BlockList => "block, may be repeated".to_owned(),
        Kind::BlockMap => "block with a label, may be repeated".to_owned(),
        Kind::BlockAttrs => "block with free keys".to_owned(),
    }
}

/// The example inside its blocks, as it stands in a file.
fn example_text(option: &Opt, example: &Literal, around: &str) -> String {
    let mut lines = match (option.kind, example) {
        (Kind::Attribute, Literal::Object(entries)) if matches!(option.ty, Type::List(_)) => {
            block_lines(&option.name, entries)
        }
        (Kind::Attribute, value) => vec![format!("{} = {}", option.name, hcl(value))],
        (Kind::BlockMap, Literal::Object(labelled)) => labelled
            .iter()
            .flat_map(|(label, body)| match body {
                Literal::Object(entries) => block_lines(&format!("{} {label:?}", option.name), entries),
                _ => Vec::new(),
            })
            .collect(),
        (_, Literal::Object(entries)) => block_lines(&option.name, entries),
        (_, Literal::List(items)) => items
            .iter()
            .flat_map(|item| match item {
                Literal::Object(entries) => block_lines(&option.name, entries),
                _ => Vec::new(),
            })
            .collect(),
        (_, other) => vec![format!("{} = {}", option.name, hcl(other))],
    };
    let outer = option.path.rsplit_once('.').map(|(outer, _)| outer.split('.').rev()).into_iter().flatten();
    for block in outer.chain([around]) {
        lines = std::iter::once(format!("{block} {{"))
            .chain(lines.into_iter().map(|line| format!("  {line}")))
            .chain(["}".to_owned()])
            .collect();
    }
    lines.join("\n")
}

fn block_lines(name: &str, entries: &[(String, Literal)]) -> Vec<String> {
    let width = entries.iter().map(|(key, _)| hcl_key(key).len()).max().unwrap_or(0);
    std::iter::once(format!("{name} {{"))
        .chain(entries.iter().flat_map(|(key, value)| match value {
            Literal::Object(inner) => {
                block_lines(key, inner).into_iter().map(|line| format!("  {line}")).collect()
            }
            value => vec![format!("  {:width$} = {}", hcl_key(key), hcl(value))],
        }))
        .chain(["}".to_owned()])
        .collect()
}

/// `docs/spec-members.md`.
pub fn members(model: &Model) -> String {
    let mut page = String::from(
        "# Members of the container's spec\n\nWhat a task can set in the body of `POST /libpod/containers/create`, and who sets it.\n\n\
         | member | type | unit | Podman | set by | meaning |\n|---|---|---|---|---|---|\n",
    );
    for member in &model.members {
        let versions = match &member.until {
            Some(until) => format!("{} to {until}", member.since),
            None => format!("{} and later", member.since),
        };
        let options: Vec<String> = walk(&model.task)
            .into_iter()
            .chain(walk(&model.plugin))
            .filter(|option| match &option.fate {
                Fate::Mapped(members) | Fate::Decided { affects: members, .. } => {
                    members.contains(&member.name)
                }
                _ => false,
            })
            .map(|option| format!("`{}`", option.path))
            .collect();
        let rules: Vec<String> = member.rules.iter().map(|rule| format!("rule `{rule}`")).collect();
        page.push_str(&format!(
            "| `{}` | `{}` | {} | {versions} | {} | {} |\n",
            member.name,
            member.ty,
            member.unit.as_deref().unwrap_or(""),
            rules.into_iter().chain(options).collect::<Vec<_>>().join(", "),
            member.doc,
        ));
    }
    page
}

/// `docs/diagnostics.md`.
pub fn diagnostics(model: &Model) -> String {
    let mut page = String::from(
        "# Diagnostics\n\nEvery problem that a check can report. `podman-driver-render explain ID` prints the same text.\n\n",
    );
    page.push_str("| id | severity | title |\n|---|---|---|\n");
    for entry in &model.diagnostics {
        let id = format!("PDR{:04}", entry.id);
        let severity = if entry.error { "error" } else { "warning" };
        page.push_str(&format!("| [{id}](#{}) | {severity} | {} |\n", id.to_lowercase(), entry.title));
    }
    for entry in &model.diagnostics {
        page.push_str(&format!(
            "\n## PDR{:04}\n\n**{}** (`{}`)\n\n{}\n",
            entry.id, entry.title, entry.name, entry.doc
        ));
    }
    page
}
