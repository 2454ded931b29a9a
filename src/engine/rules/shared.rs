//! What rules of several topics ask and say in the same way: which limits a rootless Podman can set, what another
//! task's container is called, and which kernel parameters cannot be set. No decision is made here.

use crate::diagnostic::Diagnostic;
use crate::draft::Draft;
use crate::generated::diagnostics as ids;
use crate::inputs::Inputs;

/// Whether Podman can limit with this controller. A rootful one has them all.
pub(crate) fn delegated(cx: &Inputs<'_>, controller: &str) -> bool {
    !cx.host.rootless() || cx.host.cgroup_controllers().iter().any(|name| name == controller)
}

/// What is said of a limit that is not sent, since the container would not start with it.
pub(crate) fn left_out(what: &str, controller: &str) -> Diagnostic {
    let message = format!(
        "The {what} is left out: the cgroup controller {controller} is not delegated to the user of this Podman."
    );
    Diagnostic::warning(ids::CONTROLLER_NOT_DELEGATED, message)
        .suggest("Let systemd delegate it on the host, or run the task on a rootful Podman.")
}

/// Name of the container of a task in the same allocation.
pub(crate) fn container_of(cx: &Inputs<'_>, task: &str) -> String {
    format!("{task}-{}", cx.nomad.alloc_id())
}

/// Reports the kernel parameters that would be set for the whole host, because `option` shares its namespace.
/// `names` are the beginnings of their names.
pub(crate) fn sysctl_of_host(cx: &Inputs<'_>, out: &mut Draft<'_>, names: &[&str], option: &str) {
    for name in cx.task.sysctl().keys().filter(|name| names.iter().any(|start| name.starts_with(start))) {
        let message =
            format!("The kernel parameter {name} belongs to a namespace that is the host's by {option}.");
        let diagnostic = Diagnostic::error(ids::SYSCTL_OF_SHARED_NAMESPACE, message);
        out.report(cx.at(&format!("sysctl.{name}"), diagnostic));
    }
}
