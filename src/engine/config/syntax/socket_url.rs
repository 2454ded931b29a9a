//! Addresses of Podman's API in the plugin's `socket_path`: a socket file, or plain HTTP.
//! Dialling is left to others, and so is finding out whose socket it is.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::Syntax;
use super::go_quote::quote;

/// Where Podman listens.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SocketUrl {
    /// A socket file by its absolute path.
    Unix(String),
    /// `http://HOST[:PORT]`, without TLS; as written, without slashes at the end.
    Http(String),
}

/// Why a text is no address.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SocketUrlError {
    /// `unix:` without an absolute path.
    #[error("invalid socket_path {}: an absolute path follows \"unix:\"", quote(.0))]
    NoPath(String),
    /// `http://` without a host.
    #[error("invalid socket_path {}: a host follows \"http://\"", quote(.0))]
    NoHost(String),
    /// A path without `unix:`.
    #[error("invalid socket_path {}: a socket file is written \"unix://{}\"", quote(.0), .0)]
    BarePath(String),
    /// Another scheme, or none.
    #[error("invalid socket_path {}: only unix: and http: are supported", quote(.0))]
    Scheme(String),
}

impl Syntax for SocketUrl {
    const NAME: &'static str = "socket_url";
    const ACCEPTED: &'static str = "\"unix:///run/podman/podman.sock\" or \"http://HOST:PORT\"";
}

impl FromStr for SocketUrl {
    type Err = SocketUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(path) = text.strip_prefix("unix:") {
            // `unix://run/x` is common and has always meant `/run/x`.
            let below_root = path.trim_start_matches('/');
            return match path.starts_with('/') && !below_root.is_empty() {
                true => Ok(Self::Unix(format!("/{below_root}"))),
                false => Err(SocketUrlError::NoPath(text.to_owned())),
            };
        }
        match text.strip_prefix("http://") {
            Some(rest) if !rest.starts_with([':', '/', '?', '#']) && !rest.is_empty() => {
                Ok(Self::Http(text.trim_end_matches('/').to_owned()))
            }
            Some(_) => Err(SocketUrlError::NoHost(text.to_owned())),
            None if text.starts_with('/') => Err(SocketUrlError::BarePath(text.to_owned())),
            None => Err(SocketUrlError::Scheme(text.to_owned())),
        }
    }
}

impl fmt::Display for SocketUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix://{path}"),
            Self::Http(url) => f.write_str(url),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accepted, refused};
    use super::*;

    #[test]
    fn addresses_are_read_and_printed() {
        accepted::<SocketUrl>(&[
            ("unix:///run/podman/podman.sock", "unix:///run/podman/podman.sock"),
            ("unix://run/user/1000/podman/podman.sock", "unix:///run/user/1000/podman/podman.sock"),
            ("unix:/run/podman.sock", "unix:///run/podman.sock"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://podman/", "http://podman"),
        ]);
    }

    #[test]
    fn what_is_no_address_is_refused() {
        const ONLY: &str = "only unix: and http: are supported";
        for (text, message) in [
            ("", ONLY),
            ("tcp://127.0.0.1:8080", ONLY),
            ("https://podman", ONLY),
            ("ssh://core@host/run/podman.sock", ONLY),
            ("run/podman.sock", ONLY),
            ("/run/podman.sock", "a socket file is written \"unix:///run/podman.sock\""),
            ("unix:", "an absolute path follows \"unix:\""),
            ("unix://", "an absolute path follows \"unix:\""),
            ("unix:run/x", "an absolute path follows \"unix:\""),
            ("http://", "a host follows \"http://\""),
            ("http://:80", "a host follows \"http://\""),
        ] {
            refused::<SocketUrl>(&[(text, &format!("invalid socket_path \"{text}\": {message}"))]);
        }
    }
}
