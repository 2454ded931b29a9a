//! Files: the allocation's folders, the task's volumes, what Nomad mounts, and folders in memory, in this order.
//! Option words are judged in `mount_options`; whether a source exists, and where links lead, only the host knows.

use oci_spec::runtime::Mount;

use super::mount_options;
use crate::config::syntax::volume::VolumeError;
use crate::config::syntax::{Syntax, Tmpfs, Volume, go_quote};
use crate::diagnostic::Diagnostic;
use crate::draft::Draft;
use crate::facts::NomadMount;
use crate::generated::diagnostics as ids;
use crate::inputs::Inputs;
use crate::paths;

/// Folders that Nomad makes in every task's folder.
const OWN_FOLDERS: [&str; 4] = ["local", "secrets", "tmp", "private"];

/// Mounts the allocation's folders where their variables say, with the plugin's SELinux label.
pub fn allocation_folders(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let options: Vec<String> = selinux_label(cx, "").into_iter().map(str::to_owned).collect();
    for (source, destination) in folders(cx) {
        out.push_mounts(bind(source, destination, options.clone()));
    }
    if !cx.plugin.volumes_selinuxlabel().is_empty() && cx.task.privileged() {
        out.report(cx.at("privileged", label_not_used()));
    }
}

/// Mounts what the task asks for. A relative source starts in the task's folder.
pub fn volumes(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let mut volumes = Vec::new();
    for (index, text) in cx.task.volumes().iter().enumerate() {
        match text.parse::<Volume>() {
            Ok(volume) => volumes.push((format!("volumes[{index}]"), text, volume)),
            // What Nomad fills in may bring the missing field.
            Err(_) if cx.is_open(text) => {}
            Err(error) => out.report(cx.at(&format!("volumes[{index}]"), not_a_volume(&error))),
        }
    }
    for (_, _, volume) in &volumes {
        let source = source_of(cx, volume);
        out.push_mounts(bind(&source, volume.destination(), volume.options().to_vec()));
    }
    for (path, text, volume) in &volumes {
        judge_source(cx, path, text, volume, out);
        judge_destination(cx, path, volume.destination(), out);
        mount_options::report_unknown(cx, path, ids::UNKNOWN_VOLUME_OPTION, volume.unknown_options(), out);
        mount_options::report_conflicts(cx, path, volume.options(), out);
    }
}

/// Mounts what Nomad adds: host volumes, CSI volumes, files of device plugins.
pub fn nomad_mounts(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    for mount in cx.nomad.mounts() {
        let propagation = propagation(&mount.propagation_mode);
        let read_only = mount.readonly.then_some("ro");
        let label = selinux_label(cx, &mount.selinux_label);
        let options = read_only.into_iter().chain(propagation.flatten()).chain(label).map(str::to_owned);
        out.push_mounts(bind(&mount.host_path, &mount.task_path, options.collect()));
    }
    for mount in cx.nomad.mounts() {
        judge_nomad_mount(cx, mount, out);
    }
    let own_label = cx.nomad.mounts().iter().any(|mount| !mount.selinux_label.is_empty());
    if own_label && cx.task.privileged() && cx.plugin.volumes_selinuxlabel().is_empty() {
        out.report(cx.at("privileged", label_not_used()));
    }
}

/// Mounts folders in memory, and tells of all mounts that go to one place.
pub fn tmpfs(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    for (index, text) in cx.task.tmpfs().iter().enumerate() {
        let path = format!("tmpfs[{index}]");
        match text.parse::<Tmpfs>() {
            Ok(tmpfs) => {
                let mut mount = Mount::default();
                mount.set_typ(Some("tmpfs".to_owned()));
                mount.set_destination(tmpfs.destination().into());
                mount.set_options(Some(tmpfs.options().to_vec()).filter(|options| !options.is_empty()));
                out.push_mounts(mount);
                mount_options::report_unknown(
                    cx,
                    &path,
                    ids::UNKNOWN_TMPFS_OPTION,
                    tmpfs.unknown_options(),
                    out,
                );
                mount_options::report_conflicts(cx, &path, tmpfs.options(), out);
            }
            Err(_) if cx.is_open(text) => {}
            Err(error) => {
                let diagnostic = Diagnostic::error(ids::BAD_MOUNT_DESTINATION, error.to_string());
                out.report(cx.at(&path, diagnostic.accepts(Tmpfs::ACCEPTED)));
            }
        }
    }
    report_duplicates(cx, out);
}

/// Source and destination of the folders that every task has.
fn folders<'a>(cx: &Inputs<'a>) -> impl Iterator<Item = (&'a str, &'a str)> {
    let env = cx.nomad.env();
    [
        (cx.nomad.shared_alloc_dir(), "NOMAD_ALLOC_DIR", "/alloc"),
        (cx.nomad.task_local_dir(), "NOMAD_TASK_DIR", "/local"),
        (cx.nomad.task_secrets_dir(), "NOMAD_SECRETS_DIR", "/secrets"),
    ]
    .into_iter()
    .filter(|(source, _, _)| !source.is_empty())
    .map(|(source, variable, usual)| (source, env.get(variable).map_or(usual, String::as_str)))
}

/// The mount's own label, or else the plugin's. SELinux does not confine privileged tasks, so that they get none.
fn selinux_label<'a>(cx: &Inputs<'a>, own: &'a str) -> Option<&'a str> {
    let label = if own.is_empty() { cx.plugin.volumes_selinuxlabel() } else { own };
    Some(label).filter(|label| !label.is_empty() && !cx.task.privileged())
}

fn bind(source: &str, destination: &str, options: Vec<String>) -> Mount {
    let mut mount = Mount::default();
    mount.set_typ(Some("bind".to_owned()));
    mount.set_source(Some(source.into()));
    mount.set_destination(destination.into());
    mount.set_options(Some(options).filter(|options| !options.is_empty()));
    mount
}

/// What begins with a value of run time may be absolute or relative: it stays as written.
fn source_of(cx: &Inputs<'_>, volume: &Volume) -> String {
    if cx.is_open(volume.source()) {
        return volume.source().to_owned();
    }
    paths::join(cx.nomad.task_dir(), volume.source())
}

/// Nomad's word as Podman's option: `None` for an unknown word, nothing where none is asked for.
fn propagation(mode: &str) -> Option<Option<&'static str>> {
    match mode {
        "" => Some(None),
        "private" => Some(Some("rprivate")),
        "host-to-task" => Some(Some("rslave")),
        "bidirectional" => Some(Some("rshared")),
        _ => None,
    }
}

fn not_a_volume(error: &VolumeError) -> Diagnostic {
    let id = match error {
        VolumeError::NoDestination(_) => ids::BAD_VOLUME,
        VolumeError::FourthField { .. } => ids::VOLUME_TOO_MANY_FIELDS,
        VolumeError::EmptySource(_) | VolumeError::EmptyDestination(_) => ids::VOLUME_FIELD_EMPTY,
    };
    Diagnostic::error(id, error.to_string()).accepts(Volume::ACCEPTED)
}

fn judge_source(cx: &Inputs<'_>, path: &str, text: &str, volume: &Volume, out: &mut Draft<'_>) {
    let source = volume.source();
    if cx.is_open(source) {
        return;
    }
    if !cx.plugin.volumes_enabled() && !paths::is_inside(cx.nomad.alloc_dir(), &source_of(cx, volume)) {
        let text = go_quote::quote_ascii(text);
        let message = format!("volumes are not enabled; cannot mount host paths: {text}");
        let diagnostic = Diagnostic::error(ids::VOLUMES_DISABLED, message)
            .accepts("a source in the allocation's folder, such as \"local/data\"")
            .suggest("Use a host volume with `volume_mount`, or have `volumes.enabled` switched on.");
        out.report(cx.at(path, diagnostic));
    }
    let one_word = !source.contains('/') && !source.starts_with('.');
    if one_word && !OWN_FOLDERS.contains(&source) {
        let message = format!("There are no named volumes: {source:?} is a folder in the task's own folder.");
        let diagnostic = Diagnostic::warning(ids::VOLUME_IS_FOLDER, message).suggest(format!(
            "Use a host or CSI volume for data that stays; if the folder is meant, write \"./{source}\"."
        ));
        out.report(cx.at(path, diagnostic));
    }
}

fn judge_destination(cx: &Inputs<'_>, path: &str, destination: &str, out: &mut Draft<'_>) {
    if !cx.is_open(destination) && !destination.starts_with('/') {
        out.report(cx.at(path, not_absolute(destination)));
    }
}

fn judge_nomad_mount(cx: &Inputs<'_>, mount: &NomadMount, out: &mut Draft<'_>) {
    let destination = &mount.task_path;
    if !cx.is_open(destination) && !destination.starts_with('/') {
        out.report(not_absolute(destination));
    }
    let mode = &mount.propagation_mode;
    if propagation(mode).is_none() {
        let message = format!("The mount at {destination:?} has the unknown propagation {mode:?}.");
        out.report(
            Diagnostic::warning(ids::UNKNOWN_PROPAGATION, message)
                .accepts("\"private\", \"host-to-task\" or \"bidirectional\""),
        );
    }
}

fn not_absolute(destination: &str) -> Diagnostic {
    let message = format!("The destination {destination:?} of a mount is not an absolute path.");
    Diagnostic::error(ids::BAD_MOUNT_DESTINATION, message).suggest(format!("Write \"/{destination}\"."))
}

fn label_not_used() -> Diagnostic {
    let message = "The SELinux label of mounts is not used, since the task is privileged.";
    Diagnostic::warning(ids::SELINUXLABEL_ON_PRIVILEGED, message)
        .suggest("Where other tasks read the same files, give the volume its own label: \":z\".")
}

/// Podman takes one mount for each place. Reported at the later one of two.
fn report_duplicates(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let mut taken: Vec<(String, Option<String>)> = Vec::new();
    let nomads =
        folders(cx).map(|(_, place)| place).chain(cx.nomad.mounts().iter().map(|m| m.task_path.as_str()));
    let volumes = cx.task.volumes().iter().enumerate().filter_map(|(index, text)| {
        let volume: Volume = text.parse().ok()?;
        Some((volume.destination().to_owned(), Some(format!("volumes[{index}]"))))
    });
    let tmpfs = cx.task.tmpfs().iter().enumerate().filter_map(|(index, text)| {
        let tmpfs: Tmpfs = text.parse().ok()?;
        Some((tmpfs.destination().to_owned(), Some(format!("tmpfs[{index}]"))))
    });
    for (place, path) in nomads.map(|place| (place.to_owned(), None)).chain(volumes).chain(tmpfs) {
        if cx.is_open(&place) {
            continue;
        }
        let place = paths::clean(&place);
        if let Some((_, other)) = taken.iter().find(|(other, _)| *other == place) {
            out.report(same_place(cx, &place, path.as_deref(), other.as_deref()));
        }
        taken.push((place, path));
    }
}

fn same_place(cx: &Inputs<'_>, place: &str, path: Option<&str>, other: Option<&str>) -> Diagnostic {
    let by = other.map_or("a mount of Nomad's own".to_owned(), |path| format!("`{path}`"));
    let message = format!("The destination {place:?} is taken by {by}: duplicate mount destination.");
    let diagnostic = Diagnostic::error(ids::DUPLICATE_MOUNT_DESTINATION, message)
        .suggest("Give each mount its own destination.")
        .related(other.and_then(|other| cx.task_sources.exact(other)), "the other mount");
    match path {
        Some(path) => cx.at(path, diagnostic),
        None => diagnostic,
    }
}

#[cfg(test)]
#[path = "mounts/tests.rs"]
pub(crate) mod tests;
