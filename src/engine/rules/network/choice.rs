//! Which network a container gets, as a pure choice that reports nothing: several rules ask for it.
//! What is wrong with the choice is told once, by the rule of the mode.

use crate::config::syntax::NetworkMode;
use crate::config::syntax::network_mode::NetworkModeError;
use crate::facts::PodmanVersion;
use crate::inputs::Inputs;
use crate::rules::shared::container_of;
use crate::spec::Namespace;

/// A choice.
#[derive(Debug)]
pub(crate) enum Network {
    /// A namespace that Podman or the kernel knows.
    Namespace(Namespace),
    /// A Podman network by its name, which is a bridge.
    Named(String),
    /// `network_mode` is known only at run time.
    Open,
    /// `network_mode` is none.
    Wrong(NetworkModeError),
}

impl Network {
    /// The namespace's mode in Podman's words, where it is known.
    pub(crate) fn mode(&self) -> Option<&str> {
        match self {
            Network::Namespace(namespace) => Some(&namespace.nsmode),
            Network::Named(_) => Some("bridge"),
            Network::Open | Network::Wrong(_) => None,
        }
    }
}

/// Nomad's namespace for the group comes first, then `network_mode`, then the default of this Podman.
pub(crate) fn choose(cx: &Inputs<'_>) -> Network {
    let path = cx.nomad.netns_path();
    if !path.is_empty() {
        return Network::Namespace(Namespace::with("path", path));
    }
    let text = cx.task.network_mode();
    if text.is_empty() {
        return Network::Namespace(default(cx));
    }
    let namespace = match text.parse() {
        Ok(NetworkMode::Bridge) => Namespace::mode("bridge"),
        Ok(NetworkMode::Host) => Namespace::mode("host"),
        Ok(NetworkMode::None) => Namespace::mode("none"),
        Ok(NetworkMode::Pasta) => Namespace::mode("pasta"),
        Ok(NetworkMode::Slirp4netns) => Namespace::mode("slirp4netns"),
        Ok(NetworkMode::Container(container)) => Namespace::with("container", container),
        Ok(NetworkMode::Path(path)) => Namespace::with("path", path),
        Ok(NetworkMode::Task(task)) => Namespace::with("container", container_of(cx, &task)),
        Ok(NetworkMode::Custom(name)) => return Network::Named(name),
        Err(_) if cx.is_open(text) => return Network::Open,
        Err(error) => return Network::Wrong(error),
    };
    Network::Namespace(namespace)
}

fn default(cx: &Inputs<'_>) -> Namespace {
    if !cx.host.rootless() {
        // A group's namespace without a path is what the Go driver sent on too; Podman then says what it lacks.
        return Namespace::mode(if cx.nomad.netns_mode() == "group" { "path" } else { "bridge" });
    }
    let of_plugin = cx.plugin.networking_default_rootless_mode();
    if !of_plugin.is_empty() {
        return Namespace::mode(of_plugin);
    }
    let has_pasta = *cx.host.podman_version() >= PodmanVersion::new(5, 0, 0);
    Namespace::mode(if has_pasta { "pasta" } else { "slirp4netns" })
}
