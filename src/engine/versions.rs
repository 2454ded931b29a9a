//! What a Podman of this version and host can do of what the rules asked for: one generic pass over the data of
//! members and options. Choices that depend on a version, such as the default network, are made by rules.

use std::sync::LazyLock;

use serde_json::Value as Json;

use crate::config::option::{Fate, OptionInfo, find};
use crate::diagnostic::Diagnostic;
use crate::draft::Finished;
use crate::facts::{CgroupVersion, HostFacts, PodmanVersion};
use crate::generated::diagnostics as ids;
use crate::generated::inputs::Input;
use crate::generated::options;
use crate::inputs::Group;
use crate::provenance::Origin;
use crate::spec::{MemberInfo, Version};
use crate::translate::Request;

/// The oldest Podman that this is tested with. In the data it also stands for everything older.
const OLDEST: Version = Version { major: 4, minor: 3 };

/// Takes out what this Podman does not know, or reports it where the task cannot do without.
pub(crate) fn fit(finished: &mut Finished, request: &Request<'_>) {
    judge_host(finished, request.host);
    let version = &request.host.podman_version;
    let mut lost = Vec::new();
    for origin in &finished.origins {
        let info = origin.member.info();
        if !knows(version, info) && lost.iter().all(|(member, _)| *member != origin.member) {
            lost.push((origin.member, unknown_member(request, origin, info)));
        }
    }
    for (member, diagnostic) in lost {
        if !diagnostic.is_error() {
            finished.spec.clear(member);
            finished.origins.retain(|origin| origin.member != member);
        }
        finished.problems.push(diagnostic);
    }
    let too_new: Vec<_> =
        LATE.iter().filter(|(_, since)| version < since).map(|(option, _)| *option).collect();
    if !too_new.is_empty() {
        let written = serde_json::to_value(request.task).unwrap_or_default();
        let told: Vec<Diagnostic> = too_new
            .into_iter()
            .filter(|option| is_set(&written, option))
            .map(|option| unknown_option(option, version).spanned(request.task_sources.span(option.path)))
            .collect();
        finished.problems.extend(told);
    }
}

/// What is wrong with the host whatever the task asks for.
fn judge_host(finished: &mut Finished, host: &HostFacts) {
    let version = &host.podman_version;
    if release(version) < OLDEST {
        let message = format!("This Podman is {version}, older than {OLDEST}, the oldest that is tested.");
        finished.problems.push(Diagnostic::warning(ids::PODMAN_TOO_OLD, message).suggest("Update Podman."));
    }
    if version.major() >= 6 && host.cgroup_version == CgroupVersion::V1 {
        let message = format!("Podman {version} does not run on a host with cgroup version 1.");
        finished.problems.push(
            Diagnostic::error(ids::CGROUP_V1_GONE, message)
                .suggest("Boot the host with cgroup version 2, or stay with Podman 5."),
        );
    }
}

fn knows(version: &PodmanVersion, info: &MemberInfo) -> bool {
    let release = release(version);
    (info.since == OLDEST || release >= info.since) && info.until.is_none_or(|until| release <= until)
}

fn release(version: &PodmanVersion) -> Version {
    Version { major: u64::from(version.major()), minor: u64::from(version.minor()) }
}

fn unknown_member(request: &Request<'_>, origin: &Origin, info: &MemberInfo) -> Diagnostic {
    let version = &request.host.podman_version;
    let range = match info.until {
        Some(until) => format!("up to {until}"),
        None => format!("from {} on", info.since),
    };
    let name = info.name;
    let (id, end) = match info.lost_is_error {
        true => (ids::MEMBER_NOT_KNOWN, ""),
        false => (ids::MEMBER_WITHOUT_EFFECT, "; it is left out"),
    };
    let message = format!("Podman knows {name} {range}, and this is {version}{end}.");
    let diagnostic = match info.lost_is_error {
        true => Diagnostic::error(id, message),
        false => Diagnostic::warning(id, message),
    };
    match origin.inputs().find(|input| asks_for(*input, name)) {
        Some(input) => diagnostic.at(input.path()).spanned(request.task_sources.span(input.path())),
        None => diagnostic,
    }
}

/// Whether an option of the task is one that the member may be set for.
fn asks_for(input: Input, member: &str) -> bool {
    input.group() == Group::Task
        && find(options::TASK, input.path()).is_some_and(|option| match option.fate {
            Fate::Mapped(members) | Fate::Decided { affects: members, .. } => members.contains(&member),
            Fate::NotInSpec(_) | Fate::Nested => false,
        })
}

/// The task's options that need a later Podman than the oldest, with the version; read from the data once.
static LATE: LazyLock<Vec<(&OptionInfo, PodmanVersion)>> = LazyLock::new(|| late(options::TASK));

fn late(table: &'static [OptionInfo]) -> Vec<(&'static OptionInfo, PodmanVersion)> {
    let own = |option: &'static OptionInfo| Some((option, option.podman?.parse().ok()?));
    table.iter().flat_map(|option| own(option).into_iter().chain(late(option.options))).collect()
}

/// Whether a config says something else than the default.
fn is_set(config: &Json, option: &OptionInfo) -> bool {
    let value = option.path.split('.').try_fold(config, |value, part| value.get(part));
    let default = option.default.and_then(|text| serde_json::from_str::<Json>(text).ok());
    match value {
        None | Some(Json::Null | Json::Bool(false)) => false,
        Some(Json::String(text)) if text.is_empty() => false,
        Some(Json::Array(items)) if items.is_empty() => false,
        Some(value) => Some(value) != default.as_ref(),
    }
}

fn unknown_option(option: &OptionInfo, version: &PodmanVersion) -> Diagnostic {
    let since = option.podman.unwrap_or_default();
    let message = format!("{} needs Podman {since} or later, and this is {version}.", option.name);
    Diagnostic::error(ids::MEMBER_NOT_KNOWN, message).at(option.path)
}

#[cfg(test)]
#[path = "versions/tests.rs"]
pub(crate) mod tests;
