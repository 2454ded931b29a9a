//! What can go wrong between us and Podman, by who is to blame: the socket, the time, the wire, Podman's own "no",
//! or an answer that we do not understand. What a user is told to do about it is left to the callers.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// Why a call of Podman's REST API gave no result.
#[derive(Debug, thiserror::Error)]
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
    #[error("Podman on {} did not answer within {limit:?}", socket.display())]
    Deadline {
        /// The socket that was asked.
        socket: PathBuf,
        /// The limit that was passed: the one for connecting, or the one for the whole call.
        limit: Duration,
    },
    /// The connection broke, or what came is not HTTP.
    #[error("the connection to Podman on {} broke: {reason}", socket.display())]
    Transport {
        /// The socket that was asked.
        socket: PathBuf,
        /// The HTTP library's words.
        reason: String,
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
