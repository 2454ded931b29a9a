//! `image_checksum`: the SHA-256 of a file. Computing and comparing is left to whoever has the file.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::Syntax;

/// A SHA-256, as 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Checksum(String);

/// Why a text is no checksum.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BadChecksum {
    /// Another algorithm, or none.
    #[error("it does not begin with sha256:")]
    Algorithm,
    /// Not the digits of a SHA-256.
    #[error("sha256: has to be followed by 64 hexadecimal digits, not by {0} characters")]
    Length(usize),
    /// A character that is no digit.
    #[error("{0:?} is no hexadecimal digit")]
    Digit(char),
}

impl Checksum {
    /// The digits, without the algorithm.
    pub fn hex(&self) -> &str {
        &self.0
    }
}

impl Syntax for Checksum {
    const NAME: &'static str = "checksum";
    const ACCEPTED: &'static str = "\"sha256:\" and 64 hexadecimal digits";
}

impl FromStr for Checksum {
    type Err = BadChecksum;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let hex = text.strip_prefix("sha256:").ok_or(BadChecksum::Algorithm)?;
        if let Some(other) = hex.chars().find(|letter| !letter.is_ascii_hexdigit()) {
            return Err(BadChecksum::Digit(other));
        }
        if hex.len() != 64 {
            return Err(BadChecksum::Length(hex.len()));
        }
        Ok(Self(hex.to_ascii_lowercase()))
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accepted, refused};
    use super::*;

    #[test]
    fn only_a_whole_sha256_is_taken() {
        let hex = "5B".repeat(32);
        let lower = hex.to_lowercase();
        accepted::<Checksum>(&[(&format!("sha256:{hex}"), &format!("sha256:{lower}"))]);
        refused::<Checksum>(&[
            ("", "it does not begin with sha256:"),
            (&hex, "it does not begin with sha256:"),
            ("sha512:00", "it does not begin with sha256:"),
            ("sha256:", "sha256: has to be followed by 64 hexadecimal digits, not by 0 characters"),
            (
                &format!("sha256:{hex}0"),
                "sha256: has to be followed by 64 hexadecimal digits, not by 65 characters",
            ),
            ("sha256:xy", "'x' is no hexadecimal digit"),
            (&format!("sha256:{hex} "), "' ' is no hexadecimal digit"),
        ]);
    }
}
