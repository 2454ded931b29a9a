//! `network_mode` and the plugin's `default_rootless_mode`: whose network a task uses.
//! Whether a network of a name exists is Podman's to say, and what beats this option is left to the rules.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::Syntax;
use super::go_quote::quote;

/// A network for a container.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum NetworkMode {
    /// Podman's default bridge.
    Bridge,
    /// The host's own network.
    Host,
    /// Only a loop-back device.
    None,
    /// A user-mode network by pasta; rootless only.
    Pasta,
    /// A user-mode network by slirp4netns.
    Slirp4netns,
    /// `container:X`: that of a container by name or ID.
    Container(String),
    /// `ns:P`: the namespace at a path of the host.
    Path(String),
    /// `task:T`: that of another task of the allocation.
    Task(String),
    /// A network of Podman by its name or ID.
    Custom(String),
}

/// Why a text is no network.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NetworkModeError {
    /// There is nothing.
    #[error("the network mode is empty")]
    Empty,
    /// `container:`, `ns:` or `task:` without what should follow.
    #[error("invalid network_mode {}: nothing follows the colon", quote(.0))]
    NothingFollows(String),
    /// No mode, and no network of Podman can have such a name.
    #[error(
        "network {} not found, verify with: podman network ls. It is no network mode either, and a network's \
         name has only letters, digits, `_`, `.` and `-`",
        quote(.0)
    )]
    ImpossibleName(String),
    /// `pasta:…` or `slirp4netns:…`.
    #[error(
        "network {} not found, verify with: podman network ls. The mode `{mode}` takes no options here",
        quote(.text)
    )]
    ModeOptions {
        /// The whole text.
        text: String,
        /// The mode before the colon.
        mode: &'static str,
    },
}

/// The modes, for a suggestion.
pub const MODES: [&str; 5] = ["bridge", "host", "none", "pasta", "slirp4netns"];

impl Syntax for NetworkMode {
    const NAME: &'static str = "network_mode";
    const ACCEPTED: &'static str = "bridge, host, none, pasta, slirp4netns, container:ID, ns:PATH, task:NAME or \
                                    the name of a Podman network";
}

impl FromStr for NetworkMode {
    type Err = NetworkModeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let joined = |mode: fn(String) -> Self, name: &str| match name {
            "" => Err(NetworkModeError::NothingFollows(text.to_owned())),
            _ => Ok(mode(name.to_owned())),
        };
        let options = |mode| Err(NetworkModeError::ModeOptions { text: text.to_owned(), mode });
        match text {
            "" => Err(NetworkModeError::Empty),
            "bridge" => Ok(Self::Bridge),
            "host" => Ok(Self::Host),
            "none" => Ok(Self::None),
            "pasta" => Ok(Self::Pasta),
            "slirp4netns" => Ok(Self::Slirp4netns),
            _ => match text.split_once(':') {
                Some(("container", container)) => joined(Self::Container, container),
                Some(("ns", path)) => joined(Self::Path, path),
                Some(("task", task)) => joined(Self::Task, task),
                Some(("pasta", _)) => options("pasta"),
                Some(("slirp4netns", _)) => options("slirp4netns"),
                None if is_network_name(text) => Ok(Self::Custom(text.to_owned())),
                _ => Err(NetworkModeError::ImpossibleName(text.to_owned())),
            },
        }
    }
}

/// The names that Podman gives to networks and containers.
fn is_network_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
}

impl fmt::Display for NetworkMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bridge => f.write_str("bridge"),
            Self::Host => f.write_str("host"),
            Self::None => f.write_str("none"),
            Self::Pasta => f.write_str("pasta"),
            Self::Slirp4netns => f.write_str("slirp4netns"),
            Self::Container(container) => write!(f, "container:{container}"),
            Self::Path(path) => write!(f, "ns:{path}"),
            Self::Task(task) => write!(f, "task:{task}"),
            Self::Custom(name) => f.write_str(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accepted, refused};
    use super::*;

    #[test]
    fn modes_are_read_and_printed() {
        for text in MODES.into_iter().chain([
            "container:abc",
            "ns:/run/netns/x",
            "task:sidecar",
            "backend",
            "private",
            "net_1.a-b",
        ]) {
            accepted::<NetworkMode>(&[(text, text)]);
        }
        assert_eq!("private".parse(), Ok(NetworkMode::Custom("private".to_owned())));
    }

    #[test]
    fn what_is_no_network_is_refused() {
        const LS: &str = "not found, verify with: podman network ls.";
        const NAMES: &str =
            "It is no network mode either, and a network's name has only letters, digits, `_`, `.` and `-`";
        for (text, message) in [
            ("", "the network mode is empty".to_owned()),
            ("container:", "invalid network_mode \"container:\": nothing follows the colon".to_owned()),
            ("ns:", "invalid network_mode \"ns:\": nothing follows the colon".to_owned()),
            ("task:", "invalid network_mode \"task:\": nothing follows the colon".to_owned()),
            ("pasta:-T,80", format!("network \"pasta:-T,80\" {LS} The mode `pasta` takes no options here")),
            ("-x", format!("network \"-x\" {LS} {NAMES}")),
            ("my net", format!("network \"my net\" {LS} {NAMES}")),
            ("pod:x", format!("network \"pod:x\" {LS} {NAMES}")),
        ] {
            refused::<NetworkMode>(&[(text, &message)]);
        }
    }
}
