//! Functions on numbers.

use super::{Fault, Outcome, arg, int_at, number_at};
use crate::jobspec::eval::Evaluator;
use crate::jobspec::number::{add, compare, float, from_float, negate};
use crate::jobspec::val::Val;
use crate::value::Number;

/// Nomad's own limit for `range`.
const RANGE: usize = 1024;

pub(super) fn abs(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let number = number_at(args, 0)?;
    Ok(Val::Number(if float(number) < 0.0 { negate(number) } else { number }))
}

pub(super) fn ceil(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    rounded(args, f64::ceil)
}

pub(super) fn floor(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    rounded(args, f64::floor)
}

fn rounded(args: &[Val], round: fn(f64) -> f64) -> Outcome {
    Ok(Val::Number(match number_at(args, 0)? {
        Number::Float(n) => from_float(round(n)),
        int => int,
    }))
}

pub(super) fn log(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let (number, base) = (float(number_at(args, 0)?), float(number_at(args, 1)?));
    finite(number.ln() / base.ln())
}

pub(super) fn pow(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let (base, power) = (number_at(args, 0)?, number_at(args, 1)?);
    if let (Number::Int(base), Number::Int(power)) = (base, power)
        && let Some(exact) = u32::try_from(power).ok().and_then(|power| base.checked_pow(power))
    {
        return Ok(Val::int(exact));
    }
    finite(float(base).powf(float(power)))
}

fn finite(number: f64) -> Outcome {
    if number.is_finite() {
        Ok(Val::Number(from_float(number)))
    } else {
        Err("the result is not a number".into())
    }
}

pub(super) fn signum(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    Ok(Val::int(int_at(args, 0)?.signum()))
}

pub(super) fn max(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    extreme(args, std::cmp::Ordering::is_gt)
}

pub(super) fn min(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    extreme(args, std::cmp::Ordering::is_lt)
}

fn extreme(args: &[Val], better: fn(std::cmp::Ordering) -> bool) -> Outcome {
    let mut best = None;
    for at in 0..args.len() {
        let number = number_at(args, at)?;
        if best.is_none_or(|best| better(compare(number, best))) {
            best = Some(number);
        }
    }
    best.map(Val::Number).ok_or_else(|| "at least one number is needed".into())
}

pub(super) fn parseint(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let Val::Text(text) = arg(args, 0)? else {
        return Err(Fault::Argument(0, "a string is required".to_owned()));
    };
    let base = int_at(args, 1)?;
    if !(2..=62).contains(&base) {
        return Err(Fault::Argument(1, "the base is a whole number between 2 and 62".to_owned()));
    }
    let wrong = || Fault::Argument(0, format!("\"{text}\" is not a whole number in base {base}"));
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() {
        return Err(wrong());
    }
    let mut number = 0.0_f64;
    let mut exact = Some(0_i64);
    for digit in digits.bytes() {
        let digit = digit_value(digit, base).ok_or_else(wrong)?;
        exact = exact.and_then(|so_far| so_far.checked_mul(base)?.checked_add(digit));
        number = number * base as f64 + digit as f64;
    }
    match exact {
        Some(int) => Ok(Val::int(if negative { -int } else { int })),
        None => finite(if negative { -number } else { number }),
    }
}

/// Up to base 36 capitals and small letters are the same digits; beyond that capitals come after the small ones.
fn digit_value(digit: u8, base: i64) -> Option<i64> {
    let value = match digit {
        b'0'..=b'9' => i64::from(digit - b'0'),
        b'a'..=b'z' => i64::from(digit - b'a') + 10,
        b'A'..=b'Z' if base <= 36 => i64::from(digit - b'A') + 10,
        b'A'..=b'Z' => i64::from(digit - b'A') + 36,
        _ => return None,
    };
    (value < base).then_some(value)
}

pub(super) fn range(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let number = |at| number_at(args, at);
    let zero = Number::Int(0);
    let step_towards = |start, end| Number::Int(if compare(end, start).is_lt() { -1 } else { 1 });
    let (start, end, step) = match args.len() {
        1 => (zero, number(0)?, step_towards(zero, number(0)?)),
        2 => (number(0)?, number(1)?, step_towards(number(0)?, number(1)?)),
        3 => (number(0)?, number(1)?, number(2)?),
        _ => return Err("it takes one, two or three numbers".into()),
    };
    let down = match compare(step, zero) {
        std::cmp::Ordering::Equal => return Err(Fault::Argument(2, "the step is zero".to_owned())),
        order => order.is_lt(),
    };
    let order = compare(end, start);
    if (down && order.is_gt()) || (!down && order.is_lt()) {
        return Err(Fault::Argument(1, "the step leads away from the end".to_owned()));
    }
    let mut numbers = Vec::new();
    let mut next = start;
    while if down { compare(next, end).is_gt() } else { compare(next, end).is_lt() } {
        if numbers.len() >= RANGE {
            return Err(format!("it would make more than {RANGE} numbers").into());
        }
        numbers.push(Val::Number(next));
        next = add(next, step);
    }
    Ok(Val::list(numbers))
}
