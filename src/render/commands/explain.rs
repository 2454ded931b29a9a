//! `explain SUBJECT`: the long text of a diagnostic, or what the data says of an option or a member of the spec.
//! A name may mean several of them; then all are explained.

use podman_driver_engine::config::option::{Fate, OptionInfo, find};
use podman_driver_engine::config::syntax::nearest::nearest;
use podman_driver_engine::diagnostic::Entry;
use podman_driver_engine::generated::{diagnostics, options};
use podman_driver_engine::spec::{Member, MemberInfo};

use crate::render::answer::{Answer, Failure};
use crate::render::cli::{Color, Explain};
use crate::render::commands::explain_job;
use crate::render::format::manual;

pub(in crate::render) fn run(arguments: &Explain, color: Color) -> Result<Answer, Failure> {
    let subject = arguments.subject.trim();
    if let Some(job) = &arguments.job {
        return explain_job::run(subject, job, arguments, color);
    }
    let texts = manuals(subject);
    if texts.is_empty() {
        return Err(unknown(subject));
    }
    Ok(Answer::clean(texts.join("\n")))
}

/// Everything that has this name.
pub(super) fn manuals(subject: &str) -> Vec<String> {
    let mut texts: Vec<String> = diagnostic(subject).map(manual::diagnostic).into_iter().collect();
    let bare = subject.strip_prefix("config.").unwrap_or(subject);
    if let Some(option) = find(options::TASK, bare) {
        texts.push(manual::option(option, "a task"));
    }
    let bare = subject.strip_prefix("plugin.").unwrap_or(subject);
    if let Some(option) = find(options::PLUGIN, bare) {
        texts.push(manual::option(option, "the plugin"));
    }
    texts.extend(members(subject).map(|member| manual::member(member, &options_of(member))));
    texts
        .extend(options::DOCKER_ONLY.iter().filter(|option| option.name == subject).map(manual::docker_only));
    texts
}

/// By its id, with or without prefix, or by its name.
fn diagnostic(subject: &str) -> Option<&'static Entry> {
    let upper = subject.to_uppercase();
    let number = upper.strip_prefix("PDR").unwrap_or(&upper).parse::<u16>().ok();
    diagnostics::ALL.iter().find(|entry| number == Some(entry.id.number()) || entry.name == subject)
}

/// The member that a path lies in, or those that lie below it.
pub(super) fn members(path: &str) -> impl Iterator<Item = &'static MemberInfo> {
    let inside = |outer: &str, inner: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    Member::ALL
        .iter()
        .map(|member| member.info())
        .filter(move |member| inside(member.name, path) || inside(path, member.name))
}

/// The options that may set a member, by their paths.
fn options_of(member: &MemberInfo) -> Vec<String> {
    let mut names = Vec::new();
    for (prefix, table) in [("", options::TASK), ("plugin.", options::PLUGIN)] {
        walk(table, &mut |option| {
            if let Fate::Mapped(members) | Fate::Decided { affects: members, .. } = option.fate
                && members.contains(&member.name)
            {
                names.push(format!("{prefix}{}", option.path));
            }
        });
    }
    names
}

fn walk(table: &'static [OptionInfo], see: &mut impl FnMut(&'static OptionInfo)) {
    for option in table {
        see(option);
        walk(option.options, see);
    }
}

pub(super) fn unknown(subject: &str) -> Failure {
    let mut names: Vec<&str> = Member::ALL.iter().map(|member| member.info().name).collect();
    for table in [options::TASK, options::PLUGIN] {
        walk(table, &mut |option| names.push(option.path));
    }
    names.extend(diagnostics::ALL.iter().map(|entry| entry.name));
    let hint = match nearest(subject, names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`podman-driver-render docs` lists all options.".to_owned(),
    };
    Failure(format!("`{subject}` is no diagnostic, no option and no member of the spec; {hint}"))
}
