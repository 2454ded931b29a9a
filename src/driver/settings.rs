//! What the agent's `config` block and the agent itself say, checked and ready for use.

use std::sync::Arc;

use podman_driver_engine::config::{PluginConfig, Sources};

use super::errors::Failure;
use super::socket::Socket;

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
    /// Settings of a configuration that has no errors. Podman is not asked, and nothing outside of memory is touched.
    ///
    /// # Errors
    /// What the checks of the configuration cannot see.
    pub fn build(plugin: PluginConfig, sources: Sources, node: Node) -> Result<Self, Failure> {
        Ok(Self { plugin, sources, sockets: Vec::new(), node })
    }

    /// The socket of this name.
    pub fn socket(&self, name: &str) -> Option<&Arc<Socket>> {
        self.sockets.iter().find(|socket| socket.name == name)
    }
}
