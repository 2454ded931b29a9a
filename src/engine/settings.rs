//! What is wrong with the plugin's own config, before any task: what the agent refuses, and what will surprise.
//! A bad log driver or name server is not reported here: the agent starts with it, and each task that it stops says so.

use std::time::Duration;

use crate::config::syntax::network_mode::NetworkMode;
use crate::config::syntax::{Glob, GoDuration, ImageReference, SocketUrl, Syntax, nearest::nearest};
use crate::config::{PluginConfig, PluginSocket, Sources};
use crate::diagnostic::Diagnostic;
use crate::draft::Draft;
use crate::generated::diagnostics as ids;
use crate::inputs::Inputs;
use crate::rules::labels;

/// Name of the Podman that serves tasks without the option `socket`.
const DEFAULT: &str = "default";
/// What the docker driver waits as well.
const USUAL_IMAGE_DELAY: Duration = Duration::from_secs(180);
const ROOTLESS_MODES: [&str; 5] = ["pasta", "slirp4netns", "bridge", "host", "none"];

/// All problems of the plugin's config. The agent cannot start with those that are errors.
pub fn check(plugin: &PluginConfig, sources: &Sources) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    sockets(plugin, sources, &mut problems);
    http_timeout(plugin, &mut problems);
    spans(plugin, &mut problems);
    registries(plugin, &mut problems);
    rootless_mode(plugin, &mut problems);
    selinux_label(plugin, &mut problems);
    extra_labels(plugin, &mut problems);
    if plugin.recover_stopped {
        let message =
            "WARNING - use of recover_stopped may cause Nomad agent to not start on system restarts.";
        problems.push(
            Diagnostic::warning(ids::RECOVER_STOPPED_RISKY, message)
                .at("recover_stopped")
                .suggest("Leave it away: Nomad starts the tasks anew."),
        );
    }
    for problem in &mut problems {
        problem.span = problem.path.as_deref().and_then(|path| sources.span(path));
    }
    problems.retain(|problem| !sources.is_echo(problem));
    problems
}

/// Whether the task's `socket` is one of those that the plugin's config names. A config that names none says nothing
/// about other clients, and is not held against a task.
pub(crate) fn socket_of_task(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let wanted = cx.task.socket();
    let blocks = cx.plugin.socket();
    if cx.is_open(wanted) || (blocks.is_empty() && cx.plugin.socket_path().is_empty()) {
        return;
    }
    let names: Vec<&str> = if blocks.is_empty() { vec![DEFAULT] } else { blocks.iter().map(name).collect() };
    if names.contains(&wanted) {
        return;
    }
    let message = format!("podman client with name {wanted:?} not found, check your podman driver config");
    let mut diagnostic = Diagnostic::error(ids::UNKNOWN_SOCKET, message)
        .accepts(names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", "));
    if let Some(near) = nearest(wanted, names) {
        diagnostic = diagnostic.suggest(format!("Did you mean `{near}`?"));
    }
    out.report(cx.at("socket", diagnostic));
}

/// A block without a name is the default one.
fn name(socket: &PluginSocket) -> &str {
    if socket.name.is_empty() { DEFAULT } else { &socket.name }
}

fn sockets(plugin: &PluginConfig, sources: &Sources, problems: &mut Vec<Diagnostic>) {
    if !plugin.socket.is_empty() && !plugin.socket_path.is_empty() {
        let message = "error: can't define socket blocks and socket_path, they're mutually exclusive.";
        problems.push(
            Diagnostic::error(ids::SOCKETS_AND_SOCKET_PATH, message)
                .at("socket_path")
                .suggest("Move `socket_path` into a `socket` block named `default`.")
                .related(sources.exact("socket[0]").or(sources.exact("socket")), "a `socket` block"),
        );
    }
    let mut names: Vec<&str> = Vec::new();
    for (index, socket) in plugin.socket.iter().enumerate() {
        let name = name(socket);
        if names.contains(&name) {
            let message = format!("There is already a socket with the name: {name}. The first one is used.");
            problems.push(
                Diagnostic::warning(ids::DUPLICATE_SOCKET_NAME, message)
                    .at(format!("socket[{index}].name"))
                    .suggest("Give each block a name of its own."),
            );
        }
        names.push(name);
        address(&socket.socket_path, format!("socket[{index}].socket_path"), problems);
    }
    if !plugin.socket_path.is_empty() {
        address(&plugin.socket_path, "socket_path".to_owned(), problems);
    }
    if !names.is_empty() && !names.contains(&DEFAULT) {
        let message = "No `socket` block is named `default`, so that tasks without `socket` fail.";
        problems.push(
            Diagnostic::warning(ids::NO_DEFAULT_SOCKET, message)
                .at("socket")
                .suggest("Name one of them `default`, or leave its name away."),
        );
    }
}

fn address(text: &str, path: String, problems: &mut Vec<Diagnostic>) {
    if let Err(error) = text.parse::<SocketUrl>() {
        let diagnostic = Diagnostic::error(ids::BAD_SOCKET_ADDRESS, error.to_string());
        problems.push(diagnostic.at(path).accepts(SocketUrl::ACCEPTED));
    }
}

fn http_timeout(plugin: &PluginConfig, problems: &mut Vec<Diagnostic>) {
    let text = &plugin.client_http_timeout;
    if text.is_empty() {
        return;
    }
    let message = match text.parse::<GoDuration>() {
        Ok(duration) if duration.nanoseconds() > 0 => return,
        Ok(_) => format!("client_http_timeout {text:?} is not longer than zero."),
        Err(error) => error.to_string(),
    };
    problems.push(
        Diagnostic::error(ids::BAD_HTTP_TIMEOUT, message)
            .at("client_http_timeout")
            .accepts(GoDuration::ACCEPTED),
    );
}

/// Options that are a span of time, of which none at all is one.
fn spans(plugin: &PluginConfig, problems: &mut Vec<Diagnostic>) {
    let activity = (ids::BAD_PULL_ACTIVITY_TIMEOUT, "pull_activity_timeout", &plugin.pull_activity_timeout);
    let delay = (ids::BAD_IMAGE_DELAY, "gc.image_delay", &plugin.gc.image_delay);
    for (id, path, text) in [activity, delay] {
        let name = path.rsplit('.').next().unwrap_or(path);
        if let Some(message) = no_span(name, text) {
            problems.push(Diagnostic::error(id, message).at(path).accepts(GoDuration::ACCEPTED));
        }
    }
}

/// Why a text is no span of time; unset and zero are spans.
fn no_span(option: &str, text: &str) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    match text.parse::<GoDuration>() {
        Ok(duration) if duration.nanoseconds() >= 0 => None,
        Ok(_) => Some(format!("{option} {text:?} is less than zero.")),
        Err(error) => Some(format!("failed to parse {option}: {error}")),
    }
}

/// How long an image has to be unused before it is removed: `gc.image_delay`, or three minutes.
pub fn image_delay(plugin: &PluginConfig) -> Duration {
    let delay = plugin.gc.image_delay.parse::<GoDuration>().ok().and_then(GoDuration::to_std);
    delay.unwrap_or(USUAL_IMAGE_DELAY)
}

fn registries(plugin: &PluginConfig, problems: &mut Vec<Diagnostic>) {
    for host in plugin.registry.keys() {
        let image = format!("{host}/image").parse::<ImageReference>();
        let known = matches!(&image, Ok(ImageReference::Qualified(image)) if image.registry() == host);
        if !known {
            let message =
                format!("The label {host:?} of a `registry` block is no host, so that it fits no image.");
            problems.push(
                Diagnostic::warning(ids::BAD_REGISTRY_HOST, message)
                    .at(format!("registry[{host:?}]"))
                    .accepts(
                        "a host as images name it, such as \"quay.io\" or \"registry.example.com:5000\"",
                    ),
            );
        }
    }
}

fn rootless_mode(plugin: &PluginConfig, problems: &mut Vec<Diagnostic>) {
    let text = &plugin.networking.default_rootless_mode;
    if text.is_empty() || ROOTLESS_MODES.contains(&text.as_str()) {
        return;
    }
    let message = match text.parse::<NetworkMode>() {
        Ok(_) => format!("default_rootless_mode {text:?} is no mode that a rootless Podman has by itself."),
        Err(error) => format!("default_rootless_mode {text:?} is no network mode: {error}"),
    };
    let mut diagnostic = Diagnostic::warning(ids::BAD_ROOTLESS_MODE, message)
        .at("networking.default_rootless_mode")
        .accepts("pasta, slirp4netns, bridge, host or none");
    if let Some(near) = nearest(text, ROOTLESS_MODES) {
        diagnostic = diagnostic.suggest(format!("Did you mean `{near}`?"));
    }
    problems.push(diagnostic);
}

fn selinux_label(plugin: &PluginConfig, problems: &mut Vec<Diagnostic>) {
    let text = &plugin.volumes.selinuxlabel;
    if !matches!(text.as_str(), "" | "z" | "Z") {
        let message = format!("selinuxlabel {text:?} is no label option of a mount, and Podman refuses it.");
        problems.push(
            Diagnostic::warning(ids::BAD_SELINUXLABEL, message)
                .at("volumes.selinuxlabel")
                .accepts("\"z\" (shared) or \"Z\" (private)"),
        );
    }
}

fn extra_labels(plugin: &PluginConfig, problems: &mut Vec<Diagnostic>) {
    for (index, text) in plugin.extra_labels.iter().enumerate() {
        let Ok(pattern) = text.parse::<Glob>();
        if labels::WORDS.iter().any(|word| pattern.matches(word)) {
            continue;
        }
        let message = format!("The pattern {text:?} of extra_labels fits none of the words that there are.");
        let mut diagnostic = Diagnostic::warning(ids::EXTRA_LABEL_MATCHES_NOTHING, message)
            .at(format!("extra_labels[{index}]"))
            .accepts(labels::WORDS.join(", "));
        if let Some(near) = nearest(text, labels::WORDS) {
            diagnostic = diagnostic.suggest(format!("Did you mean `{near}`?"));
        }
        problems.push(diagnostic);
    }
}

#[cfg(test)]
#[path = "settings/tests.rs"]
mod tests;
