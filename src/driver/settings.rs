//! What the agent's `config` block and the agent itself say, checked and ready for use. Nobody is contacted for it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use podman_driver_engine::config::syntax::{GoDuration, SocketUrl};
use podman_driver_engine::config::{PluginConfig, Sources};
use podman_driver_engine::settings;

use super::errors::Failure;
use super::socket::Socket;
use crate::podman::Deadlines;

/// The socket that tasks use which name none.
pub const DEFAULT: &str = "default";
/// Where a rootful Podman listens unless it is told otherwise.
const ROOTFUL: &str = "/run/podman/podman.sock";

/// The configuration of the plugin.
#[derive(Debug, Default)]
pub struct Settings {
    /// The options.
    pub plugin: PluginConfig,
    /// What the decoder knows of where they come from.
    pub sources: Sources,
    /// One for each name, in the order of the config.
    pub sockets: Vec<Arc<Socket>>,
    /// The node's processors.
    pub node: Node,
    deadlines: Deadlines,
}

/// What the agent says of the node's processors; zeros where it says nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Node {
    /// MHz of all cores together.
    pub compute: u64,
    /// Number of cores, those that are switched off included.
    pub cores: u64,
}

impl Settings {
    /// Settings of a configuration. Sockets that are the same as before stay the same, with their watchers and tasks.
    ///
    /// # Errors
    /// All that the agent has to be refused for, each with its option.
    pub fn build(
        plugin: PluginConfig,
        sources: Sources,
        node: Node,
        before: &Settings,
    ) -> Result<Self, Failure> {
        let (errors, warnings): (Vec<_>, Vec<_>) =
            settings::check(&plugin, &sources).into_iter().partition(|problem| problem.is_error());
        if !errors.is_empty() {
            let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
            return Err(Failure::new(texts.join("\n")));
        }
        for warning in warnings {
            tracing::warn!(id = %warning.id, "{warning}");
        }
        let deadlines = deadlines(&plugin);
        let kept = |wanted: &Wanted| {
            before.sockets.iter().find(|socket| {
                socket.name == wanted.name
                    && socket.path == wanted.path
                    && socket.is_default == wanted.is_default
                    && before.deadlines == deadlines
            })
        };
        let sockets = wanted(&plugin)?
            .iter()
            .map(|wanted| match kept(wanted) {
                Some(socket) => socket.clone(),
                None => Arc::new(Socket::new(&wanted.name, &wanted.path, wanted.is_default, deadlines)),
            })
            .collect();
        Ok(Self { plugin, sources, sockets, node, deadlines })
    }

    /// The socket of this name.
    pub fn socket(&self, name: &str) -> Option<&Arc<Socket>> {
        self.sockets.iter().find(|socket| socket.name == name)
    }
}

/// A socket that is to be there.
#[derive(Debug, PartialEq, Eq)]
struct Wanted {
    name: String,
    path: PathBuf,
    is_default: bool,
}

/// The option replaces the time that Podman has to begin an answer; the check has seen to it that it can be read.
fn deadlines(plugin: &PluginConfig) -> Deadlines {
    let limit = plugin.client_http_timeout.parse::<GoDuration>().ok().and_then(|limit| limit.to_std());
    match limit.filter(|limit| *limit > Duration::ZERO) {
        Some(limit) => Deadlines { first_byte: Some(limit), idle: Some(limit), ..Deadlines::default() },
        None => Deadlines::default(),
    }
}

fn wanted(plugin: &PluginConfig) -> Result<Vec<Wanted>, Failure> {
    if plugin.socket.is_empty() {
        let path = match plugin.socket_path.as_str() {
            "" => usual(rustix::process::geteuid().as_raw()),
            address => path_of(address, "socket_path")?,
        };
        return Ok(vec![Wanted { name: DEFAULT.to_owned(), path, is_default: true }]);
    }
    let mut sockets: Vec<Wanted> = Vec::new();
    for (index, block) in plugin.socket.iter().enumerate() {
        let name = if block.name.is_empty() { DEFAULT } else { &block.name };
        if sockets.iter().any(|socket| socket.name == name) {
            tracing::error!(name, "There is already a socket with the name: {name} ");
            continue;
        }
        let path = path_of(&block.socket_path, &format!("socket[{index}].socket_path"))?;
        sockets.push(Wanted { name: name.to_owned(), path, is_default: false });
    }
    let default = sockets.iter().position(|socket| socket.name == DEFAULT).unwrap_or(0);
    if let Some(socket) = sockets.get_mut(default) {
        socket.is_default = true;
    }
    Ok(sockets)
}

/// Where Podman listens for this user.
fn usual(uid: u32) -> PathBuf {
    if uid == 0 { ROOTFUL.into() } else { format!("/run/user/{uid}/podman/podman.sock").into() }
}

fn path_of(address: &str, option: &str) -> Result<PathBuf, Failure> {
    match address.parse::<SocketUrl>() {
        Ok(SocketUrl::Unix(path)) => Ok(Path::new(&path).to_owned()),
        Ok(SocketUrl::Http(_)) => Err(Failure::new(format!(
            "{option}: {address:?} is reached over a network, which has no protection there; only unix sockets are \
             supported. Use an address such as \"unix:///run/podman/podman.sock\""
        ))),
        Err(error) => Err(Failure::new(format!("{option}: {error}"))),
    }
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
