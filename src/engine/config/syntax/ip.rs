//! IP addresses as the Go driver reads and prints them: `::ffff:10.0.0.5` and `10.0.0.5` are one address.
//! Which family an option wants is left to the rules.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use thiserror::Error;

use super::Syntax;
use super::go_quote::quote;

/// An IP address of either family, never an IPv4 address in IPv6 form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IpAddress(IpAddr);

/// Not an IP address. The Go driver has other words for each option, which the rules put in front.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("invalid IP address {}", quote(.0))]
pub struct IpAddressError(pub String);

impl IpAddress {
    /// As the standard library has it.
    pub const fn get(self) -> IpAddr {
        self.0
    }
}

impl Syntax for IpAddress {
    const NAME: &'static str = "ip";
    const ACCEPTED: &'static str = "an IP address such as \"10.88.0.50\" or \"fd00::5\"";
}

impl FromStr for IpAddress {
    type Err = IpAddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let address: IpAddr = text.parse().map_err(|_| IpAddressError(text.to_owned()))?;
        Ok(Self(address.to_canonical()))
    }
}

impl fmt::Display for IpAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accepted, refused};
    use super::*;

    #[test]
    fn addresses_are_read_and_printed() {
        accepted::<IpAddress>(&[
            ("10.88.0.50", "10.88.0.50"),
            ("fd00::5", "fd00::5"),
            ("FD00:0:0:0:0:0:0:5", "fd00::5"),
            ("::ffff:10.0.0.5", "10.0.0.5"),
        ]);
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in
            ["", "one.one", "10.0.0", "10.0.0.256", "010.0.0.1", "10.0.0.5/24", "fe80::1%eth0", "[::1]"]
        {
            refused::<IpAddress>(&[(text, &format!("invalid IP address \"{text}\""))]);
        }
    }
}
