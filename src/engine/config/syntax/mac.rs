//! Hardware addresses of network devices, for `static_mac`: six bytes in one of three spellings.
//! Podman is sent the spelling with colons.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::Syntax;
use super::go_quote::quote;

/// A MAC address (EUI-48).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MacAddress([u8; 6]);

/// Not a MAC address.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("invalid MAC address {}", quote(.0))]
pub struct MacAddressError(pub String);

impl MacAddress {
    /// The six bytes in the order in which they are sent.
    pub const fn octets(self) -> [u8; 6] {
        self.0
    }

    /// Whether it addresses many devices at once; no device can have such an address as its own.
    pub const fn is_multicast(self) -> bool {
        let [first, ..] = self.0;
        first & 1 == 1
    }
}

impl Syntax for MacAddress {
    const NAME: &'static str = "mac";
    const ACCEPTED: &'static str = "a MAC address of six bytes such as \"92:d0:c6:0a:29:33\"";
}

impl FromStr for MacAddress {
    type Err = MacAddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || MacAddressError(text.to_owned());
        let (separator, group) = match text.chars().find(|c| !c.is_ascii_hexdigit()) {
            Some('.') => ('.', 4),
            Some(separator @ (':' | '-')) => (separator, 2),
            _ => return Err(invalid()),
        };
        // Seventeen characters is the longest spelling.
        let hex = |word: &str| word.len() == group && word.chars().all(|c| c.is_ascii_hexdigit());
        if text.len() > 17 || !text.split(separator).all(hex) {
            return Err(invalid());
        }
        let digits: Vec<u8> = text
            .chars()
            .filter_map(|c| c.to_digit(16))
            .filter_map(|digit| u8::try_from(digit).ok())
            .collect();
        let (pairs, _) = digits.as_chunks::<2>();
        let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
        bytes.try_into().map(Self).map_err(|_| invalid())
    }
}

impl fmt::Display for MacAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accepted, refused};
    use super::*;

    #[test]
    fn addresses_are_read_and_printed() {
        accepted::<MacAddress>(&[
            ("92:d0:c6:0a:29:33", "92:d0:c6:0a:29:33"),
            ("92-D0-C6-0A-29-33", "92:d0:c6:0a:29:33"),
            ("92d0.c60a.2933", "92:d0:c6:0a:29:33"),
        ]);
        let mac: MacAddress = "92:d0:c6:0a:29:33".parse().unwrap();
        assert_eq!(mac.octets(), [0x92, 0xd0, 0xc6, 0x0a, 0x29, 0x33]);
        assert!(!mac.is_multicast());
        assert!("01:00:5e:00:00:01".parse::<MacAddress>().unwrap().is_multicast());
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "",
            "banana",
            "92:d0:c6:0a:29",
            "92:d0:c6:0a:29:33:44",
            "92:d0:c6:0a:29:33:44:55",
            "92:d0-c6:0a:29:33",
            "9:d0:c6:0a:29:33",
            "92d0c60a2933",
            "92d0.c60a",
            "é2:d0:c6:0a:29:33",
        ] {
            refused::<MacAddress>(&[(text, &format!("invalid MAC address \"{text}\""))]);
        }
    }

    proptest::proptest! {
        #[test]
        fn every_address_survives_printing(bytes: [u8; 6]) {
            assert_eq!(MacAddress(bytes).to_string().parse(), Ok(MacAddress(bytes)));
        }
    }
}
