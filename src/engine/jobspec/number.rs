//! Arithmetic on HCL's one kind of number: exact for integers as long as they fit 64 bits, a double otherwise.
//! Sums and products of short decimals are computed as decimals, so that `0.1 + 0.2` is `0.3`, as in Nomad, which
//! counts with 512 bits. Formatting for `format` lives with the functions.

use std::cmp::Ordering;

use crate::value::Number;

/// The number as a double.
pub(crate) fn float(number: Number) -> f64 {
    match number {
        Number::Int(n) => n as f64,
        Number::Float(n) => n,
    }
}

/// A double as a number: an integer where it is one that fits.
pub(crate) fn from_float(float: f64) -> Number {
    // Beyond 2^53 a double does not say which integer was meant, yet it is one.
    if float.fract() == 0.0 && float.abs() < 9.2e18 {
        Number::Int(float as i64)
    } else {
        Number::Float(float)
    }
}

/// The number as an integer, where it is one.
pub(crate) fn integer(number: Number) -> Option<i64> {
    match number {
        Number::Int(n) => Some(n),
        Number::Float(n) => match from_float(n) {
            Number::Int(n) => Some(n),
            Number::Float(_) => None,
        },
    }
}

/// Reads a number as HCL converts a text to one.
pub(crate) fn parse(text: &str) -> Option<Number> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty()
        || !digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'-' | b'+'))
    {
        return None;
    }
    if let Ok(int) = text.parse::<i64>() {
        return Some(Number::Int(int));
    }
    let float = text.parse::<f64>().ok().filter(|n| n.is_finite())?;
    Some(from_float(float))
}

/// Equality of numbers, whatever they are kept as.
pub(crate) fn same(a: Number, b: Number) -> bool {
    compare(a, b) == Ordering::Equal
}

/// Order of numbers.
pub(crate) fn compare(a: Number, b: Number) -> Ordering {
    match (a, b) {
        (Number::Int(a), Number::Int(b)) => a.cmp(&b),
        _ => float(a).partial_cmp(&float(b)).unwrap_or(Ordering::Equal),
    }
}

/// `a + b`.
pub(crate) fn add(a: Number, b: Number) -> Number {
    match (a, b) {
        (Number::Int(x), Number::Int(y)) if x.checked_add(y).is_some() => Number::Int(x.wrapping_add(y)),
        _ => decimals(a, b, i128::checked_add).unwrap_or_else(|| from_float(float(a) + float(b))),
    }
}

/// `a - b`.
pub(crate) fn subtract(a: Number, b: Number) -> Number {
    match (a, b) {
        (Number::Int(x), Number::Int(y)) if x.checked_sub(y).is_some() => Number::Int(x.wrapping_sub(y)),
        _ => decimals(a, b, i128::checked_sub).unwrap_or_else(|| from_float(float(a) - float(b))),
    }
}

/// `a * b`.
pub(crate) fn multiply(a: Number, b: Number) -> Number {
    match (a, b) {
        (Number::Int(x), Number::Int(y)) if x.checked_mul(y).is_some() => Number::Int(x.wrapping_mul(y)),
        _ => product(a, b).unwrap_or_else(|| from_float(float(a) * float(b))),
    }
}

/// `a / b`; `None` for a division by zero.
pub(crate) fn divide(a: Number, b: Number) -> Option<Number> {
    match (a, b) {
        (_, Number::Int(0)) => None,
        (Number::Int(x), Number::Int(y)) if x.checked_rem(y) == Some(0) => x.checked_div(y).map(Number::Int),
        _ if float(b) == 0.0 => None,
        _ => Some(from_float(float(a) / float(b))),
    }
}

/// `a % b` with the sign of `a`; `None` for a division by zero.
pub(crate) fn modulo(a: Number, b: Number) -> Option<Number> {
    match (a, b) {
        (Number::Int(_), Number::Int(0)) => None,
        (Number::Int(x), Number::Int(y)) => Some(Number::Int(x.checked_rem(y).unwrap_or(0))),
        _ if float(b) == 0.0 => None,
        _ => Some(from_float(float(a) % float(b))),
    }
}

/// `-a`.
pub(crate) fn negate(a: Number) -> Number {
    subtract(Number::Int(0), a)
}

/// Both numbers as integers over one power of ten, put together, and back.
fn decimals(a: Number, b: Number, put: fn(i128, i128) -> Option<i128>) -> Option<Number> {
    let (a, a_scale) = decimal(a)?;
    let (b, b_scale) = decimal(b)?;
    let scale = a_scale.max(b_scale);
    let a = a.checked_mul(10_i128.checked_pow(scale - a_scale)?)?;
    let b = b.checked_mul(10_i128.checked_pow(scale - b_scale)?)?;
    from_decimal(put(a, b)?, scale)
}

fn product(a: Number, b: Number) -> Option<Number> {
    let (a, a_scale) = decimal(a)?;
    let (b, b_scale) = decimal(b)?;
    from_decimal(a.checked_mul(b)?, a_scale + b_scale)
}

/// The shortest decimal that stands for the number, as an integer and the digits after its point.
fn decimal(number: Number) -> Option<(i128, u32)> {
    let text = number.to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let digits = format!("{whole}{fraction}").parse().ok()?;
    Some((digits, u32::try_from(fraction.len()).ok()?))
}

fn from_decimal(digits: i128, scale: u32) -> Option<Number> {
    parse(&format!("{digits}e-{scale}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_decimals_stay_short() {
        let sum = add(Number::Float(0.1), Number::Float(0.2));
        assert_eq!(sum.to_string(), "0.3");
        assert_eq!(multiply(Number::Float(0.1), Number::Int(3)).to_string(), "0.3");
        assert_eq!(subtract(Number::Float(1.5), Number::Float(0.5)), Number::Int(1));
    }

    #[test]
    fn integers_that_do_not_fit_become_doubles() {
        assert_eq!(add(Number::Int(i64::MAX), Number::Int(1)), Number::Float(9_223_372_036_854_775_808.0));
        assert_eq!(
            divide(Number::Int(i64::MIN), Number::Int(-1)).map(float),
            Some(9_223_372_036_854_775_808.0)
        );
        assert_eq!(modulo(Number::Int(i64::MIN), Number::Int(-1)), Some(Number::Int(0)));
    }

    #[test]
    fn only_numbers_of_hcl_are_read() {
        for (text, want) in
            [("5", true), ("-1.5e3", true), ("inf", false), ("0x10", false), ("", false), ("1e999", false)]
        {
            assert_eq!(parse(text).is_some(), want, "{text}");
        }
    }
}
