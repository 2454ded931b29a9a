//! What the process may do: capabilities, `security_opt` with the options of its own.
//! The user namespace is in `userns`, devices in `devices`, SELinux labels of mounts in `mounts`; `privileged` is a
//! declared mapping.

use crate::config::syntax::nearest::nearest;
use crate::config::syntax::security_opt::{KEYS, SecurityOptError};
use crate::config::syntax::{Capability, SecurityOpt, Syntax};
use crate::diagnostic::Diagnostic;
use crate::draft::Draft;
use crate::generated::diagnostics as ids;
use crate::inputs::Inputs;

/// Adds and drops capabilities, as they are written.
pub fn capabilities(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let added = cx.task.cap_add();
    if !added.is_empty() {
        out.set_cap_add(added.to_vec());
    }
    out.next_decision();
    let dropped = cx.task.cap_drop();
    if !dropped.is_empty() {
        out.set_cap_drop(dropped.to_vec());
    }
    let adds = known_capabilities(cx, out, "cap_add", added);
    let drops = known_capabilities(cx, out, "cap_drop", dropped);
    if cx.task.privileged() {
        if !added.is_empty() {
            let message = "A privileged task has all capabilities; cap_add changes nothing.";
            let diagnostic = Diagnostic::warning(ids::CAPABILITIES_ON_PRIVILEGED, message)
                .suggest("Leave `privileged` away, if these capabilities are all that the task needs.");
            out.report(cx.at("cap_add", diagnostic));
        }
        return;
    }
    // Once one list says ALL, the other one names exceptions, and only ALL itself contradicts.
    let all = |list: &[Capability]| list.iter().any(|capability| capability.name() == "ALL");
    let exceptions = all(&adds) || all(&drops);
    for both in adds.iter().filter(|add| drops.contains(add) && (!exceptions || add.name() == "ALL")) {
        let message = format!("The capability {both} is both added and dropped.");
        let diagnostic =
            Diagnostic::error(ids::CAPABILITY_ADDED_AND_DROPPED, message).suggest("Keep one of them.");
        out.report(cx.at("cap_drop", diagnostic.related(cx.place("cap_add"), "added here")));
    }
}

/// Applies `security_opt`, and the two options that its entries add to or beat.
pub fn security_options(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    report_unusable(cx, out);
    plain_settings(cx, out);
    out.next_decision();
    apparmor(cx, out);
    out.next_decision();
    selinux(cx, out);
}

/// Settings that only `security_opt` has.
fn plain_settings(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let (mut no_new_privileges, mut nested) = (false, false);
    let (mut seccomp, mut proc_opts) = (None, Vec::new());
    let (mut mask, mut unmask) = (Vec::new(), Vec::new());
    for setting in settings(cx) {
        match setting {
            SecurityOpt::NoNewPrivileges(on) => no_new_privileges = on,
            SecurityOpt::LabelNested => nested = true,
            SecurityOpt::Seccomp(path) => seccomp = Some(path),
            SecurityOpt::ProcOpts(options) => proc_opts = options,
            SecurityOpt::Mask(paths) => mask.extend(paths),
            SecurityOpt::Unmask(paths) => unmask.extend(paths),
            SecurityOpt::SystempathsUnconfined => unmask.push("ALL".to_owned()),
            SecurityOpt::Label(_) | SecurityOpt::Apparmor(_) => {}
        }
    }
    if no_new_privileges {
        out.set_no_new_privileges(true);
    }
    if nested {
        out.set_label_nested(true);
    }
    if let Some(path) = seccomp {
        out.insert_annotations("io.podman.annotations.seccomp", path.clone());
        out.set_seccomp_profile_path(path);
    }
    if !proc_opts.is_empty() {
        out.set_procfs_opts(proc_opts);
    }
    if !mask.is_empty() {
        out.set_mask(mask);
    }
    if !unmask.is_empty() {
        out.set_unmask(unmask);
    }
}

/// The AppArmor profile; an entry of `security_opt` beats the option of its own.
fn apparmor(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let entry = settings(cx).filter_map(|setting| match setting {
        SecurityOpt::Apparmor(profile) => Some(profile),
        _ => None,
    });
    let entry = entry.last();
    if let Some(profile) = &entry {
        out.insert_annotations("io.podman.annotations.apparmor", profile.clone());
    }
    let option = cx.task.apparmor_profile();
    if let Some(profile) = entry.as_deref().filter(|profile| !option.is_empty() && *profile != option) {
        let message = format!("apparmor_profile is overridden: security_opt says {profile:?}.");
        let diagnostic =
            Diagnostic::warning(ids::APPARMOR_PROFILE_OVERRIDDEN, message).suggest("Keep one of them.");
        out.report(
            cx.at("apparmor_profile", diagnostic.related(cx.place("security_opt"), "this one counts")),
        );
    }
    let path = if entry.is_some() { "security_opt" } else { "apparmor_profile" };
    let profile = entry.unwrap_or_else(|| option.to_owned());
    if profile.is_empty() {
        return;
    }
    out.set_apparmor_profile(profile.as_str());
    if profile != "unconfined" && !cx.host.apparmor() {
        let message = format!("The host has no AppArmor; Podman refuses the profile {profile:?}.");
        out.report(cx.at(path, Diagnostic::warning(ids::APPARMOR_NOT_AVAILABLE, message)));
    }
}

/// SELinux labels of the process: those of `selinux_opts` first, then those of `security_opt`.
fn selinux(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let of_entries: Vec<String> = settings(cx)
        .filter_map(|setting| match setting {
            SecurityOpt::Label(label) => Some(label),
            _ => None,
        })
        .collect();
    let annotated = !of_entries.is_empty();
    let own = cx.task.selinux_opts();
    let labels: Vec<String> = own.iter().cloned().chain(of_entries).collect();
    if labels.is_empty() {
        return;
    }
    let confines = labels.iter().any(|label| label != "disable");
    if annotated {
        out.insert_annotations("io.podman.annotations.label", labels.join(",label="));
    }
    out.set_selinux_opts(labels);
    if confines && !cx.host.selinux() {
        let message = "The host has no SELinux; the labels have no effect.";
        let path = if own.is_empty() { "security_opt" } else { "selinux_opts" };
        out.report(cx.at(path, Diagnostic::warning(ids::SELINUX_NOT_AVAILABLE, message)));
    }
}

fn settings<'a>(cx: &Inputs<'a>) -> impl Iterator<Item = SecurityOpt> + use<'a> {
    cx.task.security_opt().iter().filter_map(|entry| entry.parse().ok())
}

fn report_unusable(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let mut seen = Vec::new();
    for (index, entry) in cx.task.security_opt().iter().enumerate() {
        let path = format!("security_opt[{index}]");
        let problem = match entry.parse() {
            Ok(setting) => match only_once(&setting) {
                Some(word) if seen.contains(&word) => {
                    let message = format!("{word} stands twice in security_opt; the last one counts.");
                    Diagnostic::warning(ids::SECURITY_OPT_REPEATED, message)
                        .suggest("Keep the one that is meant.")
                }
                Some(word) => {
                    seen.push(word);
                    continue;
                }
                None => continue,
            },
            Err(_) if cx.is_open(entry) => continue,
            Err(error @ SecurityOptError::Systempaths(_)) => {
                Diagnostic::error(ids::BAD_SYSTEMPATHS, error.to_string())
                    .suggest("Write `systempaths=unconfined`.")
            }
            Err(error @ SecurityOptError::Unknown(_)) => {
                let word = entry.split(['=', ':']).next().unwrap_or_default();
                let near = nearest(word, KEYS).filter(|near| *near != word);
                Diagnostic::error(ids::BAD_SECURITY_OPT, error.to_string())
                    .accepts(SecurityOpt::ACCEPTED)
                    .did_you_mean(near)
            }
        };
        out.report(cx.at(&path, problem));
    }
}

/// The word of a setting that has one value only.
fn only_once(setting: &SecurityOpt) -> Option<&'static str> {
    match setting {
        SecurityOpt::Seccomp(_) => Some("seccomp"),
        SecurityOpt::Apparmor(_) => Some("apparmor"),
        SecurityOpt::ProcOpts(_) => Some("proc-opts"),
        SecurityOpt::NoNewPrivileges(_) => Some("no-new-privileges"),
        SecurityOpt::Label(_)
        | SecurityOpt::LabelNested
        | SecurityOpt::Mask(_)
        | SecurityOpt::Unmask(_)
        | SecurityOpt::SystempathsUnconfined => None,
    }
}

/// The capabilities of a list that Linux has; the others are reported.
fn known_capabilities(
    cx: &Inputs<'_>,
    out: &mut Draft<'_>,
    option: &str,
    list: &[String],
) -> Vec<Capability> {
    let mut known = Vec::new();
    for (index, text) in list.iter().enumerate() {
        match text.parse::<Capability>() {
            Ok(capability) => known.push(capability),
            Err(_) if cx.is_open(text) => {}
            Err(error) => {
                let near = error.nearest.map(Capability::name);
                let diagnostic = Diagnostic::error(ids::UNKNOWN_CAPABILITY, format!("{error}."))
                    .accepts(Capability::ACCEPTED)
                    .did_you_mean(near);
                out.report(cx.at(&format!("{option}[{index}]"), diagnostic));
            }
        }
    }
    known
}

#[cfg(test)]
#[path = "security/tests.rs"]
pub(crate) mod tests;
