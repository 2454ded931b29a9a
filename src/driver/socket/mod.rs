//! One Podman service: its client, what is known of its host, whether it can be reached, and who waits for the exit of
//! which container. One watcher a socket holds the contact; nobody else polls.

use std::path::PathBuf;

use crate::podman::Client;

/// A Podman service that tasks run on.
#[derive(Debug)]
pub struct Socket {
    /// The name by which tasks ask for it.
    pub name: String,
    /// Where it listens.
    pub path: PathBuf,
    /// Whether its attributes stand without a name of their own.
    pub is_default: bool,
    /// The client for it.
    pub podman: Client,
}
