//! One entry of `extra_hosts`: `NAME:ADDRESS` for `/etc/hosts`.
//! Filling in `host-gateway` is left to Podman.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use thiserror::Error;

use super::Syntax;
use super::go_quote::quote;

/// A host's name with its address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ExtraHost {
    name: String,
    address: String,
}

/// Not `NAME:ADDRESS`.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("cannot use {} as extra_hosts (must be host:ip)", quote(.0))]
pub struct ExtraHostError(pub String);

impl ExtraHost {
    /// The name, never empty.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The address as written, never empty.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Whether Podman can use the address: an IP address, also in brackets, or `host-gateway`.
    pub fn is_usable(&self) -> bool {
        let bare = self.address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        self.address == "host-gateway" || bare.unwrap_or(&self.address).parse::<IpAddr>().is_ok()
    }
}

impl Syntax for ExtraHost {
    const NAME: &'static str = "extra_host";
    const ACCEPTED: &'static str = "\"NAME:IP\" such as \"db:10.0.0.5\", or \"NAME:host-gateway\"";
}

impl FromStr for ExtraHost {
    type Err = ExtraHostError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            Some((name, address)) if !name.is_empty() && !address.is_empty() => {
                Ok(Self { name: name.to_owned(), address: address.to_owned() })
            }
            _ => Err(ExtraHostError(text.to_owned())),
        }
    }
}

impl fmt::Display for ExtraHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, self.address)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accepted, refused};
    use super::*;

    #[test]
    fn hosts_are_read_and_printed() {
        for text in ["db:10.0.0.5", "v6:::1", "v6:[::1]", "gw:host-gateway", "a;b:1.2.3.4", "db:one.one"] {
            accepted::<ExtraHost>(&[(text, text)]);
        }
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for text in ["db", "", ":1.2.3.4", "db:"] {
            refused::<ExtraHost>(&[(
                text,
                &format!("cannot use \"{text}\" as extra_hosts (must be host:ip)"),
            )]);
        }
    }

    #[test]
    fn addresses_that_podman_refuses_are_told_apart() {
        for (text, usable) in [
            ("a:10.0.0.5", true),
            ("a:::1", true),
            ("a:[::1]", true),
            ("a:host-gateway", true),
            ("a:b", false),
        ] {
            assert_eq!(text.parse::<ExtraHost>().unwrap().is_usable(), usable, "{text}");
        }
    }
}
