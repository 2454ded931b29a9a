//! One entry of `volumes`: `SOURCE:DESTINATION[:OPTION,…]`.
//! Whether the source lies below the allocation, and where a relative one starts, is left to the rules.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::go_quote::quote;
use super::{Syntax, mount_options};

/// A path of the host that a container sees.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Volume {
    source: String,
    destination: String,
    options: Vec<String>,
}

/// Why a text is no volume.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum VolumeError {
    /// There is no colon.
    #[error("invalid docker volume {}: not <src>:<destination> format", quote(.0))]
    NoDestination(String),
    /// Nothing before the first colon.
    #[error("invalid docker volume {}: not <src>:<destination> format. The source is empty", quote(.0))]
    EmptySource(String),
    /// Nothing between the first colon and the next.
    #[error("invalid docker volume {}: not <src>:<destination> format. The destination is empty", quote(.0))]
    EmptyDestination(String),
    /// More than three fields.
    #[error(
        "invalid docker volume {}: {} is a fourth field, and there are only source, destination and options",
        quote(.text), quote(.field)
    )]
    FourthField {
        /// The whole entry.
        text: String,
        /// What stands behind the third colon.
        field: String,
    },
}

impl Volume {
    /// The path on the host as written: absolute, or relative to the task's folder. Never empty.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The path in the container as written. Never empty.
    pub fn destination(&self) -> &str {
        &self.destination
    }

    /// The mount options in the order in which they are written.
    pub fn options(&self) -> &[String] {
        &self.options
    }

    /// The options that Podman does not know for a bind mount, each with the known one that comes nearest.
    pub fn unknown_options(&self) -> impl Iterator<Item = (&str, Option<&'static str>)> {
        let unknown = self.options.iter().filter(|word| !mount_options::known_for_bind(word));
        unknown.map(|word| (word.as_str(), mount_options::nearest_for_bind(word)))
    }
}

impl Syntax for Volume {
    const NAME: &'static str = "volume";
    const ACCEPTED: &'static str = "\"SOURCE:DESTINATION\" or \"SOURCE:DESTINATION:OPTIONS\" such as \
                                    \"/srv/data:/data:ro\", options with commas between them";
}

impl FromStr for Volume {
    type Err = VolumeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut fields = text.splitn(4, ':');
        let source = fields.next().unwrap_or_default();
        let destination = fields.next().ok_or_else(|| VolumeError::NoDestination(text.to_owned()))?;
        let options = fields.next().unwrap_or_default();
        if let Some(field) = fields.next() {
            return Err(VolumeError::FourthField { text: text.to_owned(), field: field.to_owned() });
        }
        if source.is_empty() {
            return Err(VolumeError::EmptySource(text.to_owned()));
        }
        if destination.is_empty() {
            return Err(VolumeError::EmptyDestination(text.to_owned()));
        }
        Ok(Self {
            source: source.to_owned(),
            destination: destination.to_owned(),
            options: mount_options::split(options),
        })
    }
}

impl fmt::Display for Volume {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.source, self.destination)?;
        if !self.options.is_empty() {
            write!(f, ":{}", self.options.join(","))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accepted, refused};
    use super::*;

    #[test]
    fn volumes_are_read_and_printed() {
        accepted::<Volume>(&[
            ("/srv/data:/data", "/srv/data:/data"),
            ("/srv/ro:/ro:ro", "/srv/ro:/ro:ro"),
            ("/srv/data:/data:rw,noexec,z", "/srv/data:/data:rw,noexec,z"),
            ("local/conf:/conf", "local/conf:/conf"),
            ("../shared:/shared", "../shared:/shared"),
            ("/a:/b:", "/a:/b"),
            ("/a:/b:ro,,Z", "/a:/b:ro,Z"),
        ]);
        let volume: Volume = "/srv/data:/data:rw,noexec,z".parse().unwrap();
        assert_eq!((volume.source(), volume.destination()), ("/srv/data", "/data"));
        assert_eq!(volume.options(), ["rw", "noexec", "z"]);
    }

    #[test]
    fn what_is_no_volume_is_refused() {
        refused::<Volume>(&[
            ("/srv", "invalid docker volume \"/srv\": not <src>:<destination> format"),
            ("", "invalid docker volume \"\": not <src>:<destination> format"),
            (":/x", "invalid docker volume \":/x\": not <src>:<destination> format. The source is empty"),
            (
                "/x:",
                "invalid docker volume \"/x:\": not <src>:<destination> format. The destination is empty",
            ),
            (
                "/a:/b:ro:z",
                "invalid docker volume \"/a:/b:ro:z\": \"z\" is a fourth field, and there are only source, \
                 destination and options",
            ),
        ]);
    }

    #[test]
    fn options_that_podman_does_not_know_are_named() {
        let volume: Volume = "/a:/b:ro,idmap=uids=0-1-1,noexc,banana,Z,rslave".parse().unwrap();
        let unknown: Vec<_> = volume.unknown_options().collect();
        assert_eq!(unknown, [("noexc", Some("noexec")), ("banana", None)]);
    }
}
