//! What can go wrong between us and Podman, by who is to blame: the socket, the time, the wire, Podman's own "no",
//! or an answer that we do not understand. What a user is told to do about it is left to the callers.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use super::deadlines::Phase;

/// Why a call of Podman's REST API gave no result.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Nobody took the connection: the service does not run, or we may not reach it.
    #[error("cannot connect to Podman's socket {}: {reason}", socket.display())]
    Connect {
        /// The socket that was asked.
        socket: PathBuf,
        /// What the system says: `NotFound` (no such socket), `ConnectionRefused` (no service behind it),
        /// `PermissionDenied`, …
        kind: io::ErrorKind,
        /// The system's words.
        reason: String,
    },
    /// The time that the caller allowed is over.
    #[error("Podman on {} {} within {limit:?}: context deadline exceeded", socket.display(), not_done(*phase))]
    Deadline {
        /// The socket that was asked.
        socket: PathBuf,
        /// What took too long.
        phase: Phase,
        /// The limit that was passed.
        limit: Duration,
    },
    /// The connection broke, or what came is not HTTP.
    #[error("the connection to Podman on {} broke: {reason}", socket.display())]
    Transport {
        /// The socket that was asked.
        socket: PathBuf,
        /// The HTTP library's words.
        reason: String,
        /// Whether it closed before anything of an answer came, as a connection does that was kept too long.
        before_answer: bool,
    },
    /// The request could not be written down: its path is not one that HTTP allows.
    #[error("{path:?} is no path of Podman's API: {reason}")]
    Request {
        /// The path, as it was passed.
        path: String,
        /// The HTTP library's words.
        reason: String,
    },
    /// Podman answered, and the answer is no.
    #[error("Podman answered {status} to {path}: {cause}")]
    Podman {
        /// The path that was asked, without the API's prefix.
        path: String,
        /// HTTP's status. Podman says 500 for many mistakes of its client.
        status: u16,
        /// The innermost error's text. It is free text and differs between versions.
        cause: String,
        /// The whole chain of errors, ending with the cause.
        message: String,
    },
    /// Podman answered what this client does not understand.
    #[error("Podman's answer to {path} is not understood: {reason}")]
    Answer {
        /// The path that was asked, without the API's prefix.
        path: String,
        /// What is wrong with the answer.
        reason: String,
    },
}

fn not_done(phase: Phase) -> &'static str {
    match phase {
        Phase::Connect => "took no connection",
        Phase::FirstByte => "did not answer",
        Phase::Idle => "sent nothing more",
        Phase::Whole => "was not done",
    }
}

impl Error {
    /// Whether it is not known what Podman did: it is away, hangs, or went away in the middle.
    pub fn is_unreachable(&self) -> bool {
        match self {
            Error::Connect { .. } | Error::Deadline { .. } | Error::Transport { .. } => true,
            Error::Request { .. } | Error::Podman { .. } | Error::Answer { .. } => false,
        }
    }

    /// Whether the object that was asked for is not there.
    pub fn is_absent(&self) -> bool {
        matches!(self, Error::Podman { status: 404, .. })
            || self.says(&["no such container", "no such exec session", "no such image", "image not known"])
    }

    /// Whether the image does not have the name that was to be taken from it.
    pub(super) fn says_no_such_tag(&self) -> bool {
        self.says(&["tag not known"])
    }

    /// Whether a container of this name is there already.
    pub fn is_name_in_use(&self) -> bool {
        self.says(&["name is already in use", "already in use by"])
    }

    /// Whether the container is in a state in which this cannot be done, such as a signal to one that has ended.
    pub fn is_wrong_state(&self) -> bool {
        self.says(&["container state improper", "is not running", "can only kill running containers"])
    }

    /// Whether it cannot be done because the container is paused. Podman's words for a stop leave it open whether the
    /// container is paused or goes on running in spite of it; `inspect` tells.
    pub fn is_paused(&self) -> bool {
        self.says(&["state paused", "is paused", "already paused", "running or paused, refusing"])
    }

    /// Whether it cannot be done because of the state of the object, such as an image that a container uses. Versions
    /// before 4.7 say so of fewer things.
    pub fn is_conflict(&self) -> bool {
        matches!(self, Error::Podman { status: 409, .. })
    }

    /// Whether somebody else is removing the object, or just has.
    pub(super) fn is_being_removed(&self) -> bool {
        self.says(&["has already been removed", "already in progress"])
    }

    /// Whether Podman's words have one of these, which are in lower case.
    fn says(&self, words: &[&str]) -> bool {
        let Error::Podman { cause, message, .. } = self else { return false };
        let text = format!("{cause}\n{message}").to_lowercase();
        words.iter().any(|words| text.contains(words))
    }
}
