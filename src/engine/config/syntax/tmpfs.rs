//! One entry of `tmpfs`: `DESTINATION[:OPTION,…]`, a folder of the container that lives in memory.
//! Judging values of options, such as `size=64m`, is left to Podman.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::go_quote::quote;
use super::{Syntax, mount_options};

/// A file system in memory.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Tmpfs {
    destination: String,
    options: Vec<String>,
}

/// Why a text is no tmpfs.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TmpfsError {
    /// Nothing before the first colon.
    #[error("invalid tmpfs {}: the destination is empty", quote(.0))]
    EmptyDestination(String),
    /// The destination does not start with a slash.
    #[error("invalid tmpfs {}: the destination is not an absolute path", quote(.0))]
    RelativeDestination(String),
}

impl Tmpfs {
    /// The absolute path in the container as written.
    pub fn destination(&self) -> &str {
        &self.destination
    }

    /// The mount options in the order in which they are written.
    pub fn options(&self) -> &[String] {
        &self.options
    }

    /// The options that Podman does not know for a tmpfs, each with the known one that comes nearest.
    pub fn unknown_options(&self) -> impl Iterator<Item = (&str, Option<&'static str>)> {
        let unknown = self.options.iter().filter(|word| !mount_options::known_for_tmpfs(word));
        unknown.map(|word| (word.as_str(), mount_options::nearest_for_tmpfs(word)))
    }
}

impl Syntax for Tmpfs {
    const NAME: &'static str = "tmpfs";
    const ACCEPTED: &'static str =
        "\"/DESTINATION\" or \"/DESTINATION:OPTIONS\" such as \"/scratch:rw,size=64m\"";
}

impl FromStr for Tmpfs {
    type Err = TmpfsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (destination, options) = text.split_once(':').unwrap_or((text, ""));
        match destination.chars().next() {
            None => Err(TmpfsError::EmptyDestination(text.to_owned())),
            Some('/') => {
                Ok(Self { destination: destination.to_owned(), options: mount_options::split(options) })
            }
            Some(_) => Err(TmpfsError::RelativeDestination(text.to_owned())),
        }
    }
}

impl fmt::Display for Tmpfs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.destination)?;
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
    fn tmpfs_mounts_are_read_and_printed() {
        accepted::<Tmpfs>(&[
            ("/run", "/run"),
            ("/scratch:rw,size=64m", "/scratch:rw,size=64m"),
            ("/scratch:", "/scratch"),
            ("/scratch:banana", "/scratch:banana"),
        ]);
    }

    #[test]
    fn what_is_no_tmpfs_is_refused() {
        refused::<Tmpfs>(&[
            ("", "invalid tmpfs \"\": the destination is empty"),
            (":rw", "invalid tmpfs \":rw\": the destination is empty"),
            ("run", "invalid tmpfs \"run\": the destination is not an absolute path"),
        ]);
    }

    #[test]
    fn options_that_podman_does_not_know_are_named() {
        let tmpfs: Tmpfs = "/t:size=64m,mode=1777,z,tmpcopyupp,banana,noswap".parse().unwrap();
        let unknown: Vec<_> = tmpfs.unknown_options().collect();
        assert_eq!(unknown, [("z", None), ("tmpcopyupp", Some("tmpcopyup")), ("banana", None)]);
    }
}
