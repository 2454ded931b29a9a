//! Namespaces that have no topic of their own, which is IPC, and the cgroup that the container's own lies in.
//! The user namespace is in `security`, the network namespace in `network`; the size of /dev/shm is in `memory`.

use crate::config::syntax::nearest::nearest;
use crate::config::syntax::{IpcMode, Syntax};
use crate::diagnostic::Diagnostic;
use crate::draft::Draft;
use crate::facts::CgroupVersion;
use crate::generated::diagnostics as ids;
use crate::inputs::Inputs;
use crate::rules::shared::{container_of, sysctl_of_host};
use crate::spec::Namespace;

/// Gives the container its IPC namespace, or leaves the choice to Podman.
pub fn ipc(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let text = cx.task.ipc_mode();
    if text.is_empty() {
        return;
    }
    let mode = match text.parse() {
        Ok(mode) => mode,
        Err(_) if cx.is_open(text) => return,
        Err(error) => return out.report(cx.at("ipc_mode", bad_mode(text, &error))),
    };
    let shares_the_hosts = mode == IpcMode::Host;
    out.set_ipcns(match mode {
        IpcMode::Host => Namespace::mode("host"),
        IpcMode::Private => Namespace::mode("private"),
        IpcMode::Shareable => Namespace::mode("shareable"),
        IpcMode::None => Namespace::mode("none"),
        IpcMode::Container(container) => Namespace::with("container", container),
        IpcMode::Path(path) => Namespace::with("path", path),
        IpcMode::Task(task) => Namespace::with("container", container_of(cx, &task)),
    });
    if shares_the_hosts {
        sysctl_of_host(cx, out, &["kernel.shm", "kernel.msg", "kernel.sem", "fs.mqueue."], "ipc_mode");
    }
}

/// Puts the container below Nomad's slice, where systemd manages cgroups of version 2.
pub fn cgroup_parent(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    if *cx.host.cgroup_version() == CgroupVersion::V2 && cx.host.cgroup_manager() == "systemd" {
        out.set_cgroup_parent("nomad.slice");
    }
}

fn bad_mode(text: &str, error: &impl std::error::Error) -> Diagnostic {
    const WORDS: [&str; 4] = ["host", "private", "shareable", "none"];
    // What others share is called shareable, which is too far away for a typo.
    let near = if text == "shared" { Some("shareable") } else { nearest(text, WORDS) };
    Diagnostic::error(ids::BAD_IPC_MODE, error.to_string()).accepts(IpcMode::ACCEPTED).did_you_mean(near)
}

#[cfg(test)]
#[path = "namespaces/tests.rs"]
pub(crate) mod tests;
