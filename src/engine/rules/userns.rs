//! The user namespace: how IDs of the container become IDs of the host.
//! Podman takes options of `auto` and `keep-id` as text and as mappings, and gets both.

use crate::config::syntax::nearest::nearest;
use crate::config::syntax::userns::{AutoUserns, IdMapping, UsernsProblem};
use crate::config::syntax::{Syntax, Userns};
use crate::diagnostic::Diagnostic;
use crate::draft::Draft;
use crate::facts::PodmanVersion;
use crate::generated::diagnostics as ids;
use crate::inputs::Inputs;
use crate::spec::{AutoUserNamespace, IdMap, IdMappings, Namespace};

/// Gives the container its user namespace, or leaves the choice to Podman.
pub fn mode(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let text = cx.task.userns();
    if text.is_empty() {
        return;
    }
    let userns: Userns = match text.parse() {
        Ok(userns) => userns,
        Err(_) if cx.is_open(text) => return,
        Err(error) => return out.report(cx.at("userns", bad_userns(text, &error))),
    };
    // Podman reads the options as they are written.
    let options = text.split_once(':').map(|(_, options)| options).unwrap_or_default();
    let (namespace, mappings) = match &userns {
        Userns::Host => (Namespace::mode("host"), None),
        Userns::Auto(auto) => (Namespace::with("auto", options), Some(chosen_by_podman(auto))),
        Userns::KeepId(_) => (Namespace::with("keep-id", options), Some(IdMappings::default())),
        // The command line says `nomap`, the API does not know that word.
        Userns::Nomap => (Namespace::mode("no-map"), None),
        Userns::Path(path) => (Namespace::with("path", path), None),
    };
    out.set_userns(namespace);
    if let Some(mappings) = mappings {
        out.set_idmappings(mappings);
    }
    judge(cx, out, &userns);
}

fn judge(cx: &Inputs<'_>, out: &mut Draft<'_>, userns: &Userns) {
    let (mode, sized) = match userns {
        Userns::KeepId(keep_id) => ("keep-id", keep_id.size.is_some()),
        Userns::Nomap => ("nomap", false),
        Userns::Host | Userns::Auto(_) | Userns::Path(_) => return,
    };
    if !cx.host.rootless() {
        let message =
            format!("The user namespace {mode} is meant for a rootless Podman, and this one is not.");
        let diagnostic = Diagnostic::warning(ids::KEEP_ID_ROOTFUL, message)
            .suggest("Use `auto` for a user namespace of its own.");
        out.report(cx.at("userns", diagnostic));
    }
    let version = cx.host.podman_version();
    if sized && *version < PodmanVersion::new(5, 4, 0) {
        let message = format!("keep-id takes size from Podman 5.4 on, and this is {version}.");
        let diagnostic = Diagnostic::error(ids::BAD_USERNS_OPTION, message).suggest("Leave `size` away.");
        out.report(cx.at("userns", diagnostic));
    }
}

fn chosen_by_podman(auto: &AutoUserns) -> IdMappings {
    let maps = |mappings: &[IdMapping]| -> Vec<IdMap> {
        let map = |mapping: &IdMapping| IdMap {
            container_id: i64::from(mapping.container_id),
            host_id: i64::from(mapping.host_id),
            size: mapping.size,
        };
        mappings.iter().map(map).collect()
    };
    let (uids, gids) = (maps(&auto.uid_mappings), maps(&auto.gid_mappings));
    let given = |maps: &[IdMap]| if maps.is_empty() { None } else { Some(maps.to_vec()) };
    IdMappings {
        auto_user_ns: true,
        auto_user_ns_opts: AutoUserNamespace {
            size: auto.size.unwrap_or(0),
            additional_uid_mappings: given(&uids),
            additional_gid_mappings: given(&gids),
            ..AutoUserNamespace::default()
        },
        uid_map: Some(uids),
        gid_map: Some(gids),
        ..IdMappings::default()
    }
}

fn bad_userns(text: &str, error: &crate::config::syntax::userns::UsernsError) -> Diagnostic {
    let (id, near) = match &error.0 {
        UsernsProblem::Mode(mode) => (ids::BAD_USERNS, nearest(mode, ["host", "auto", "keep-id", "nomap"])),
        UsernsProblem::AutoOption(option) => {
            (ids::BAD_USERNS_OPTION, nearest(option, ["size", "uidmapping", "gidmapping"]))
        }
        UsernsProblem::KeepIdOption(option) => {
            (ids::BAD_USERNS_OPTION, nearest(option, ["uid", "gid", "size"]))
        }
        UsernsProblem::Malformed(_) | UsernsProblem::Size { .. } | UsernsProblem::Id { .. } => {
            (ids::BAD_USERNS_OPTION, None)
        }
        UsernsProblem::Mapping { .. } | UsernsProblem::MappingNumber { .. } => (ids::BAD_ID_MAPPING, None),
    };
    let diagnostic = Diagnostic::error(id, error.to_string()).accepts(Userns::ACCEPTED).did_you_mean(near);
    // What Podman's own command line calls a namespace of one's own.
    if text == "private" { diagnostic.suggest("Use `auto`.") } else { diagnostic }
}

#[cfg(test)]
#[path = "userns/tests.rs"]
pub(crate) mod tests;
