//! `ipc_mode`: whose semaphores and shared memory a task sees.
//! Turning a task's name into a container's is left to the rules, which know the allocation.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::Syntax;
use super::go_quote::quote;

/// An IPC namespace.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum IpcMode {
    /// The host's.
    Host,
    /// Its own, closed to other containers.
    Private,
    /// Its own, open to other containers.
    Shareable,
    /// Its own, without `/dev/shm`.
    None,
    /// `container:X`: that of a container by name or ID.
    Container(String),
    /// `ns:P`: the namespace at a path of the host.
    Path(String),
    /// `task:T`: that of another task of the allocation.
    Task(String),
}

/// Not an IPC mode, or one whose name or path is missing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "invalid ipc_mode {}: expected one of host, private, shareable, none, container:<id>, ns:<path>, task:<name>",
    quote(.0)
)]
pub struct IpcModeError(pub String);

impl Syntax for IpcMode {
    const NAME: &'static str = "ipc_mode";
    const ACCEPTED: &'static str = "host, private, shareable, none, container:ID, ns:PATH or task:NAME";
}

impl FromStr for IpcMode {
    type Err = IpcModeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mode = match text {
            "host" => Self::Host,
            "private" => Self::Private,
            "shareable" => Self::Shareable,
            "none" => Self::None,
            _ => match text.split_once(':') {
                Some((_, "")) | None => return Err(IpcModeError(text.to_owned())),
                Some(("container", container)) => Self::Container(container.to_owned()),
                Some(("ns", path)) => Self::Path(path.to_owned()),
                Some(("task", task)) => Self::Task(task.to_owned()),
                Some(_) => return Err(IpcModeError(text.to_owned())),
            },
        };
        Ok(mode)
    }
}

impl fmt::Display for IpcMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host => f.write_str("host"),
            Self::Private => f.write_str("private"),
            Self::Shareable => f.write_str("shareable"),
            Self::None => f.write_str("none"),
            Self::Container(container) => write!(f, "container:{container}"),
            Self::Path(path) => write!(f, "ns:{path}"),
            Self::Task(task) => write!(f, "task:{task}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accepted, refused};
    use super::*;

    #[test]
    fn modes_are_read_and_printed() {
        for text in
            ["host", "private", "shareable", "none", "container:abc", "ns:/proc/1/ns/ipc", "task:sidecar"]
        {
            accepted::<IpcMode>(&[(text, text)]);
        }
        assert_eq!("ns:/a:b".parse(), Ok(IpcMode::Path("/a:b".to_owned())));
    }

    #[test]
    fn what_is_no_mode_is_refused() {
        for text in ["banana", "", "Host", "host:x", "container:", "ns:", "task:", "pod:x"] {
            let message = format!(
                "invalid ipc_mode \"{text}\": expected one of host, private, shareable, none, container:<id>, \
                 ns:<path>, task:<name>"
            );
            refused::<IpcMode>(&[(text, &message)]);
        }
    }
}
