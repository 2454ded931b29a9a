//! Linux capabilities in `cap_add` and `cap_drop`, with or without `CAP_`, in any case, or `all`.
//! Podman is sent the text as written; this is how a misspelt one is noticed.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::Syntax;
use super::go_quote::quote;
use super::nearest::nearest;

/// A capability that Linux knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Capability(&'static str);

/// No such capability.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{} is no Linux capability", quote(.text))]
pub struct CapabilityError {
    /// The text as written.
    pub text: String,
    /// The capability that comes nearest.
    pub nearest: Option<Capability>,
}

/// All capabilities of Linux (5.9 and later has all of them) without `CAP_`, and `ALL`.
const KNOWN: [&str; 42] = [
    "ALL",
    "AUDIT_CONTROL",
    "AUDIT_READ",
    "AUDIT_WRITE",
    "BLOCK_SUSPEND",
    "BPF",
    "CHECKPOINT_RESTORE",
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "IPC_LOCK",
    "IPC_OWNER",
    "KILL",
    "LEASE",
    "LINUX_IMMUTABLE",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "MKNOD",
    "NET_ADMIN",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_RAW",
    "PERFMON",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYSLOG",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_CHROOT",
    "SYS_MODULE",
    "SYS_NICE",
    "SYS_PACCT",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "WAKE_ALARM",
];

impl Capability {
    /// Every capability that there is, and `ALL`.
    pub fn all() -> impl Iterator<Item = Self> {
        KNOWN.into_iter().map(Self)
    }

    /// Its name in upper case and without `CAP_`; `ALL` is all of them.
    pub const fn name(self) -> &'static str {
        self.0
    }
}

impl Syntax for Capability {
    const NAME: &'static str = "capability";
    const ACCEPTED: &'static str =
        "a Linux capability such as \"NET_ADMIN\" or \"CAP_NET_ADMIN\", or \"ALL\"";
}

impl FromStr for Capability {
    type Err = CapabilityError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let upper = text.to_ascii_uppercase();
        let name = match upper.strip_prefix("CAP_") {
            // `CAP_ALL` is not a word that Podman knows.
            Some("ALL") => upper.as_str(),
            Some(name) => name,
            None => upper.as_str(),
        };
        if let Some(known) = KNOWN.iter().find(|known| **known == name) {
            return Ok(Self(known));
        }
        let nearest = nearest(name, KNOWN).map(Capability);
        Err(CapabilityError { text: text.to_owned(), nearest })
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accepted, refused};
    use super::*;

    #[test]
    fn capabilities_are_found_in_every_spelling() {
        accepted::<Capability>(&[
            ("SYS_TIME", "SYS_TIME"),
            ("CAP_SYS_TIME", "SYS_TIME"),
            ("cap_net_raw", "NET_RAW"),
            ("net_raw", "NET_RAW"),
            ("all", "ALL"),
        ]);
        assert_eq!(Capability::all().count(), 42);
    }

    #[test]
    fn others_are_refused_with_the_nearest() {
        refused::<Capability>(&[
            ("", "\"\" is no Linux capability"),
            ("CAP_ALL", "\"CAP_ALL\" is no Linux capability"),
            ("banana", "\"banana\" is no Linux capability"),
        ]);
        for (text, nearest) in [
            ("NET_ADMN", Some("NET_ADMIN")),
            ("SYSTIME", Some("SYS_TIME")),
            ("cap_chwon", Some("CHOWN")),
            ("banana", None),
        ] {
            let error = text.parse::<Capability>().expect_err(text);
            assert_eq!(error.nearest.map(Capability::name), nearest, "{text}");
        }
    }
}
