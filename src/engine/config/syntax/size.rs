//! Amounts of memory: `"512m"`. [`MemoryBytes`] reads the plain form, and [`MemorySwap`] adds `"-1"` for
//! options that know "no limit". How limit, reservation and swap belong together is left to the rules.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::Syntax;
use super::go_quote::quote;

/// An amount of memory in bytes, from 0 to the largest that Podman takes (2⁶³−1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MemoryBytes(i64);

/// Memory and swap together: an amount, or no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MemorySwap {
    /// At most this much.
    Limit(MemoryBytes),
    /// `-1`: as much as the host has.
    Unlimited,
}

/// Why a text is no size.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SizeError {
    /// No number, or a unit that does not exist.
    #[error("Invalid memory string: {0}")]
    Malformed(String),
    /// What stands before the last letter is not a whole number.
    #[error("strconv.Atoi: parsing {}: invalid syntax", quote(.0))]
    Number(String),
    /// The number alone does not fit.
    #[error("strconv.Atoi: parsing {}: value out of range", quote(.0))]
    Range(String),
    /// Number and unit together do not fit.
    #[error("Invalid memory string: {0}. It is more than 9223372036854775807 bytes")]
    TooLarge(String),
    /// Below zero.
    #[error("Invalid memory string: {0}. A size cannot be negative")]
    Negative(String),
    /// `-1` where there is no such thing as "no limit".
    #[error("Invalid memory string: -1. Only memory_swap knows \"no limit\"")]
    NoUnlimited,
}

/// Letters of units with the power of 1024 that they stand for, the largest last.
const UNITS: [(char, u32); 5] = [('b', 0), ('k', 1), ('m', 2), ('g', 3), ('t', 4)];

impl MemoryBytes {
    /// The amount in bytes. It is never negative.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// An amount in bytes; `None` where it is more than Podman takes.
    pub fn new(bytes: u64) -> Option<Self> {
        i64::try_from(bytes).ok().map(Self)
    }
}

impl MemorySwap {
    /// The number that Podman is sent: bytes, or −1 for no limit.
    pub const fn get(self) -> i64 {
        match self {
            Self::Limit(bytes) => bytes.get(),
            Self::Unlimited => -1,
        }
    }
}

impl Syntax for MemoryBytes {
    const NAME: &'static str = "size";
    const ACCEPTED: &'static str =
        "a size such as \"512m\": a whole number and b, k, m, g or t; bytes where there is no unit";
}

impl Syntax for MemorySwap {
    const NAME: &'static str = "size";
    const ACCEPTED: &'static str =
        "a size such as \"1g\" (a whole number and b, k, m, g or t), or \"-1\" for no limit";
}

impl FromStr for MemoryBytes {
    type Err = SizeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (number, factor) = split(text)?;
        if number == -1 && factor == 1 {
            return Err(SizeError::NoUnlimited);
        }
        scale(text, number, factor)
    }
}

impl FromStr for MemorySwap {
    type Err = SizeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // `-1b` is how it had to be spelt for the Go driver, which knows no bare number.
        match split(text)? {
            (-1, 1) => Ok(Self::Unlimited),
            (number, factor) => scale(text, number, factor).map(Self::Limit),
        }
    }
}

fn scale(text: &str, number: i64, factor: i64) -> Result<MemoryBytes, SizeError> {
    if number < 0 {
        return Err(SizeError::Negative(text.to_owned()));
    }
    number.checked_mul(factor).map(MemoryBytes).ok_or_else(|| SizeError::TooLarge(text.to_owned()))
}

/// The number and the bytes that its unit stands for.
fn split(text: &str) -> Result<(i64, i64), SizeError> {
    use std::num::IntErrorKind::{NegOverflow, PosOverflow};
    let malformed = || SizeError::Malformed(text.to_owned());
    let last = text.chars().next_back().ok_or_else(malformed)?;
    let unit = UNITS.iter().find(|(letter, _)| last.eq_ignore_ascii_case(letter));
    let (digits, power) = match unit {
        Some((_, power)) => (text.strip_suffix(last).unwrap_or(text), *power),
        None => (text, 0),
    };
    let number = digits.parse::<i64>().map_err(|_| {
        // The Go driver takes the last letter off, reads what is left as a number, and only then looks at the letter.
        let mut prefix = text.chars();
        prefix.next_back();
        let prefix = prefix.as_str();
        match prefix.parse::<i64>().map_err(|error| *error.kind()) {
            _ if prefix.is_empty() => malformed(),
            Err(PosOverflow | NegOverflow) => SizeError::Range(prefix.to_owned()),
            Err(_) => SizeError::Number(prefix.to_owned()),
            Ok(_) => malformed(),
        }
    })?;
    Ok((number, 1024_i64.pow(power)))
}

impl fmt::Display for MemoryBytes {
    /// With the largest unit up to `g` that divides it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fits =
            |(_, power): &&(char, u32)| *power < 4 && self.0 != 0 && self.0 % 1024_i64.pow(*power) == 0;
        let (letter, power) = UNITS.iter().rev().find(fits).copied().unwrap_or(('b', 0));
        write!(f, "{}{letter}", self.0 / 1024_i64.pow(power))
    }
}

impl fmt::Display for MemorySwap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Limit(bytes) => bytes.fmt(f),
            Self::Unlimited => f.write_str("-1"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accepted, refused};
    use super::*;

    #[test]
    fn sizes_are_read_and_printed() {
        let table = [
            ("512m", "512m"),
            ("524288k", "512m"),
            ("1024b", "1k"),
            ("1025b", "1025b"),
            ("1g", "1g"),
            ("1T", "1024g"),
            ("2t", "2048g"),
            ("64M", "64m"),
            ("+5k", "5k"),
            ("007m", "7m"),
            ("0b", "0b"),
            ("-0m", "0b"),
            ("4096", "4k"),
            ("9223372036854775807b", "9223372036854775807b"),
        ];
        accepted::<MemoryBytes>(&table);
        accepted::<MemorySwap>(&table);
        accepted::<MemorySwap>(&[("-1", "-1"), ("-1b", "-1")]);
    }

    #[test]
    fn what_is_no_size_is_refused() {
        let table = [
            ("", "Invalid memory string: "),
            ("m", "Invalid memory string: m"),
            ("1x", "Invalid memory string: 1x"),
            ("512MB", "strconv.Atoi: parsing \"512M\": invalid syntax"),
            ("lots", "strconv.Atoi: parsing \"lot\": invalid syntax"),
            ("é", "Invalid memory string: é"),
            ("lotm", "strconv.Atoi: parsing \"lot\": invalid syntax"),
            ("1.5g", "strconv.Atoi: parsing \"1.5\": invalid syntax"),
            ("512mb", "strconv.Atoi: parsing \"512m\": invalid syntax"),
            ("1 g", "strconv.Atoi: parsing \"1 \": invalid syntax"),
            ("99999999999999999999b", "strconv.Atoi: parsing \"99999999999999999999\": value out of range"),
            ("9999999999g", "Invalid memory string: 9999999999g. It is more than 9223372036854775807 bytes"),
            ("-5m", "Invalid memory string: -5m. A size cannot be negative"),
            ("-1k", "Invalid memory string: -1k. A size cannot be negative"),
        ];
        refused::<MemoryBytes>(&table);
        refused::<MemorySwap>(&table);
        refused::<MemoryBytes>(&[("-1", "Invalid memory string: -1. Only memory_swap knows \"no limit\"")]);
    }

    #[test]
    fn units_are_powers_of_1024() {
        for (text, bytes) in [("1b", 1), ("1k", 1 << 10), ("1m", 1 << 20), ("1g", 1 << 30), ("1t", 1 << 40)] {
            assert_eq!(text.parse::<MemoryBytes>().map(MemoryBytes::get), Ok(bytes));
        }
        assert_eq!("-1".parse::<MemorySwap>().map(MemorySwap::get), Ok(-1));
    }

    proptest::proptest! {
        #[test]
        fn every_amount_survives_printing(bytes in 0..i64::MAX) {
            let size = MemoryBytes(bytes);
            assert_eq!(size.to_string().parse(), Ok(size));
        }
    }
}
