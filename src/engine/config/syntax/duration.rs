//! Spans of time as Go's `time.ParseDuration` reads them: `"5m"`, `"1h30m"`, `"1.5s"`.
//! Which of them make sense as a time-out is left to the rules.

use std::fmt;
use std::fmt::Write;
use std::str::FromStr;
use std::time::Duration;

use thiserror::Error;

use super::Syntax;

/// A signed span of time with Go's range: 64 bits of nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GoDuration(i64);

/// Why a text is no duration. The texts are those of Go; where an option adds words before them, its rule does.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DurationError {
    /// Not numbers and units, or more than fits.
    #[error("time: invalid duration {}", time_quote(.0))]
    Invalid(String),
    /// A number without a unit.
    #[error("time: missing unit in duration {}", time_quote(.0))]
    MissingUnit(String),
    /// A unit that does not exist.
    #[error("time: unknown unit {} in duration {}", time_quote(.unit), time_quote(.text))]
    UnknownUnit {
        /// The unit as written.
        unit: String,
        /// The whole text.
        text: String,
    },
}

const LIMIT: u64 = 1 << 63;

impl GoDuration {
    /// Nanoseconds, negative for a span into the past.
    pub const fn nanoseconds(self) -> i64 {
        self.0
    }

    /// As the standard library has it; `None` when negative.
    pub fn to_std(self) -> Option<Duration> {
        u64::try_from(self.0).ok().map(Duration::from_nanos)
    }
}

impl Syntax for GoDuration {
    const NAME: &'static str = "duration";
    const ACCEPTED: &'static str =
        "a duration such as \"5m\" or \"1h30m\": numbers, each with ns, us, ms, s, m or h";
}

impl FromStr for GoDuration {
    type Err = DurationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || DurationError::Invalid(text.to_owned());
        let (negative, mut rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        if rest == "0" {
            return Ok(Self(0));
        }
        if rest.is_empty() {
            return Err(invalid());
        }
        let mut total: u64 = 0;
        while !rest.is_empty() {
            let part;
            (part, rest) = take_part(text, rest)?;
            total = total.checked_add(part).filter(|sum| *sum <= LIMIT).ok_or_else(invalid)?;
        }
        // The smallest number has no positive counterpart, hence the two ways.
        let value = if negative { 0_i64.checked_sub_unsigned(total) } else { i64::try_from(total).ok() };
        value.map(Self).ok_or_else(invalid)
    }
}

/// One number with its unit from the front of `rest`: its nanoseconds, and what is left.
fn take_part<'a>(text: &str, rest: &'a str) -> Result<(u64, &'a str), DurationError> {
    let invalid = || DurationError::Invalid(text.to_owned());
    let (whole, rest) = take_while(rest, |c| c.is_ascii_digit());
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(rest) => take_while(rest, |c| c.is_ascii_digit()),
        None => ("", rest),
    };
    if whole.is_empty() && fraction.is_empty() {
        return Err(invalid());
    }
    let number = match whole {
        "" => 0,
        digits => digits.parse::<u64>().ok().filter(|n| *n <= LIMIT).ok_or_else(invalid)?,
    };
    let (unit, rest) = take_while(rest, |c| c != '.' && !c.is_ascii_digit());
    if unit.is_empty() {
        return Err(DurationError::MissingUnit(text.to_owned()));
    }
    let nanos = unit_nanoseconds(unit)
        .ok_or_else(|| DurationError::UnknownUnit { unit: unit.to_owned(), text: text.to_owned() })?;
    let value = number
        .checked_mul(nanos)
        .and_then(|n| n.checked_add(fraction_nanoseconds(fraction, nanos)))
        .filter(|n| *n <= LIMIT)
        .ok_or_else(invalid)?;
    Ok((value, rest))
}

/// Splits behind the characters that `wanted` takes.
fn take_while(text: &str, wanted: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c| !wanted(c)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

fn unit_nanoseconds(unit: &str) -> Option<u64> {
    Some(match unit {
        "ns" => 1,
        // Micro sign and Greek mu look the same.
        "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60 * 1_000_000_000,
        "h" => 3_600 * 1_000_000_000,
        _ => return None,
    })
}

/// The digits behind the point, as nanoseconds of the unit. Digits past 2⁶³ are too small to matter, and the
/// rounding is that of 64-bit floating point, both as in Go.
fn fraction_nanoseconds(digits: &str, unit: u64) -> u64 {
    let mut value: u64 = 0;
    let mut scale: f64 = 1.0;
    for digit in digits.chars().filter_map(|c| c.to_digit(10)) {
        let next = value.checked_mul(10).and_then(|v| v.checked_add(u64::from(digit)));
        let Some(next) = next.filter(|v| *v < LIMIT) else { break };
        value = next;
        scale *= 10.0;
    }
    (value as f64 * (unit as f64 / scale)) as u64
}

/// The quoting of Go's package `time`: bytes outside printable ASCII one by one.
fn time_quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for byte in text.bytes() {
        // Writing into a String cannot fail.
        let _ = match byte {
            b'"' | b'\\' => write!(out, "\\{}", char::from(byte)),
            b' '..=0x7f => write!(out, "{}", char::from(byte)),
            _ => write!(out, "\\x{byte:02x}"),
        };
    }
    out.push('"');
    out
}

impl fmt::Display for GoDuration {
    /// As Go prints it: `5m0s`, `1h0m0s`, `1.5s`, `150ms`, `0s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = self.0.unsigned_abs();
        if self.0 < 0 {
            f.write_str("-")?;
        }
        match nanos {
            0 => f.write_str("0s"),
            1..1_000 => write!(f, "{nanos}ns"),
            1_000..1_000_000 => write!(f, "{}µs", Decimal(nanos, 3)),
            1_000_000..1_000_000_000 => write!(f, "{}ms", Decimal(nanos, 6)),
            _ => {
                let minutes = nanos / (60 * 1_000_000_000);
                let seconds = Decimal(nanos % (60 * 1_000_000_000), 9);
                match (minutes / 60, minutes % 60) {
                    (0, 0) => write!(f, "{seconds}s"),
                    (0, minutes) => write!(f, "{minutes}m{seconds}s"),
                    (hours, minutes) => write!(f, "{hours}h{minutes}m{seconds}s"),
                }
            }
        }
    }
}

/// A number with its point so many digits from the right, without trailing zeros.
struct Decimal(u64, u32);

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = 10_u64.pow(self.1);
        write!(f, "{}", self.0 / unit)?;
        match self.0 % unit {
            0 => Ok(()),
            fraction => {
                let digits = format!("{fraction:0width$}", width = self.1 as usize);
                write!(f, ".{}", digits.trim_end_matches('0'))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accepted, refused};
    use super::*;

    #[test]
    fn durations_are_read_and_printed() {
        accepted::<GoDuration>(&[
            ("5m", "5m0s"),
            ("1h", "1h0m0s"),
            ("1h30m", "1h30m0s"),
            ("90s", "1m30s"),
            ("1.5s", "1.5s"),
            (".5s", "500ms"),
            ("5.s", "5s"),
            ("0", "0s"),
            ("-0", "0s"),
            ("+5s", "5s"),
            ("-5m", "-5m0s"),
            ("150ms", "150ms"),
            ("1500us", "1.5ms"),
            ("1µs", "1µs"),
            ("1μs", "1µs"),
            ("1ns", "1ns"),
            ("0.3333333333333333333h", "20m0s"),
            ("2562047h47m16.854775807s", "2562047h47m16.854775807s"),
            ("-9223372036854775808ns", "-2562047h47m16.854775808s"),
        ]);
    }

    #[test]
    fn what_is_no_duration_is_refused_in_the_words_of_go() {
        refused::<GoDuration>(&[
            ("soon", "time: invalid duration \"soon\""),
            ("", "time: invalid duration \"\""),
            ("-", "time: invalid duration \"-\""),
            (".", "time: invalid duration \".\""),
            (".s", "time: invalid duration \".s\""),
            ("30 bananas", "time: unknown unit \" bananas\" in duration \"30 bananas\""),
            ("30", "time: missing unit in duration \"30\""),
            ("1h30", "time: missing unit in duration \"1h30\""),
            ("1d", "time: unknown unit \"d\" in duration \"1d\""),
            ("5M", "time: unknown unit \"M\" in duration \"5M\""),
            ("9223372036854775808ns", "time: invalid duration \"9223372036854775808ns\""),
            ("9999999h", "time: invalid duration \"9999999h\""),
            ("é", "time: invalid duration \"\\xc3\\xa9\""),
            ("1\"", "time: unknown unit \"\\\"\" in duration \"1\\\"\""),
        ]);
    }

    #[test]
    fn only_spans_into_the_future_are_durations_of_the_standard_library() {
        assert_eq!(
            "5m".parse::<GoDuration>().ok().and_then(GoDuration::to_std),
            Some(Duration::from_secs(300))
        );
        assert_eq!("-5m".parse::<GoDuration>().ok().and_then(GoDuration::to_std), None);
    }

    proptest::proptest! {
        #[test]
        fn every_duration_survives_printing(nanos: i64) {
            let duration = GoDuration(nanos);
            assert_eq!(duration.to_string().parse(), Ok(duration));
        }
    }
}
