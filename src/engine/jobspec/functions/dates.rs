//! Functions on points in time, which are texts in the form of RFC 3339. There is no function that asks for the time
//! of day. Durations are read as Go reads them, here and for the job's own durations.

use jiff::SignedDuration;
use jiff::civil::{DateTime, Weekday};

use super::{Fault, Outcome, text_at};
use crate::jobspec::duration;
use crate::jobspec::eval::Evaluator;
use crate::jobspec::val::Val;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A local time and its distance from UTC in minutes.
struct Stamp {
    at: DateTime,
    offset: i32,
}

fn stamp(args: &[Val], at: usize) -> Result<Stamp, Fault> {
    let text = text_at(args, at)?;
    read(&text)
        .ok_or_else(|| Fault::Argument(at, format!("\"{text}\" is no time such as 2026-01-02T15:04:05Z")))
}

fn read(text: &str) -> Option<Stamp> {
    let (date_time, rest) = text.split_at_checked(19)?;
    let shape = |(at, byte): (usize, u8)| match at {
        4 | 7 => byte == b'-',
        10 => byte == b'T',
        13 | 16 => byte == b':',
        _ => byte.is_ascii_digit(),
    };
    if !date_time.bytes().enumerate().all(shape) {
        return None;
    }
    let (nanoseconds, zone) = match rest.strip_prefix('.') {
        Some(fraction) => {
            let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
            let (digits, zone) = fraction.split_at_checked(digits)?;
            (format!("{digits:0<9}").get(..9)?.parse().ok().filter(|_| !digits.is_empty())?, zone)
        }
        None => (0, rest),
    };
    let part = |range: std::ops::Range<usize>| date_time.get(range)?.parse::<i8>().ok();
    let year = date_time.get(..4)?.parse().ok()?;
    let (month, day) = (part(5..7)?, part(8..10)?);
    let at =
        DateTime::new(year, month, day, part(11..13)?, part(14..16)?, part(17..19)?, nanoseconds).ok()?;
    Some(Stamp { at, offset: zone_offset(zone)? })
}

fn zone_offset(zone: &str) -> Option<i32> {
    if zone == "Z" {
        return Some(0);
    }
    let (sign, clock) = match zone.split_at_checked(1)? {
        ("+", clock) => (1, clock),
        ("-", clock) => (-1, clock),
        _ => return None,
    };
    let (hours, minutes) = clock.split_once(':')?;
    let number = |text: &str, most: i32| {
        let plain = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<i32>().ok().filter(|number| plain && *number <= most)
    };
    Some(sign * (number(hours, 24)? * 60 + number(minutes, 59)?))
}

fn clock(offset: i32, colon: &str) -> String {
    let sign = if offset < 0 { '-' } else { '+' };
    format!("{sign}{:02}{colon}{:02}", offset.abs() / 60, offset.abs() % 60)
}

pub(super) fn timeadd(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let Stamp { at, offset } = stamp(args, 0)?;
    let text = text_at(args, 1)?;
    let nanoseconds = duration::parse(&text)
        .ok_or_else(|| Fault::Argument(1, format!("\"{text}\" is no duration such as \"1h30m\"")))?;
    let at =
        at.checked_add(SignedDuration::from_nanos(nanoseconds)).map_err(|_| "the result is out of range")?;
    let zone = if offset == 0 { "Z".to_owned() } else { clock(offset, ":") };
    Ok(Val::text(format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{zone}",
        at.year(),
        at.month(),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    )))
}

pub(super) fn formatdate(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let stamp = stamp(args, 1)?;
    let form = text_at(args, 0)?;
    let mut out = String::new();
    let mut rest = &*form;
    while let Some(first) = rest.chars().next() {
        if first == '\'' {
            rest = quoted(rest, &mut out)
                .ok_or_else(|| Fault::Argument(0, "a quote ' is not closed".to_owned()))?;
            continue;
        }
        let same = rest.chars().take_while(|c| *c == first).map(char::len_utf8).sum();
        let (token, after) = rest.split_at_checked(same).unwrap_or((rest, ""));
        rest = after;
        if first.is_ascii_alphabetic() {
            let verb = verb(&stamp, first, token.len());
            out.push_str(
                &verb.ok_or_else(|| Fault::Argument(0, format!("there is no form \"{token}\" of a date")))?,
            );
        } else {
            out.push_str(token);
        }
    }
    Ok(Val::text(out))
}

/// Copies a quoted part and returns what is behind it; a doubled quote stands for one.
fn quoted<'t>(text: &'t str, out: &mut String) -> Option<&'t str> {
    let mut rest = text.strip_prefix('\'')?;
    if let Some(after) = rest.strip_prefix('\'') {
        out.push('\'');
        return Some(after);
    }
    loop {
        let (before, after) = rest.split_once('\'')?;
        out.push_str(before);
        match after.strip_prefix('\'') {
            Some(after) => {
                out.push('\'');
                rest = after;
            }
            None => return Some(after),
        }
    }
}

fn verb(stamp: &Stamp, letter: char, count: usize) -> Option<String> {
    let at = stamp.at;
    let number = |value: i8| match count {
        1 => Some(value.to_string()),
        2 => Some(format!("{value:02}")),
        _ => None,
    };
    let month = usize::try_from(at.month() - 1).ok().and_then(|at| MONTHS.get(at)).copied().unwrap_or("");
    let hour = if at.hour() % 12 == 0 { 12 } else { at.hour() % 12 };
    match (letter, count) {
        ('Y', 2) => Some(format!("{:02}", at.year() % 100)),
        ('Y', 4) => Some(format!("{:04}", at.year())),
        ('M', 3) => month.get(..3).map(str::to_owned),
        ('M', 4) => Some(month.to_owned()),
        ('M', _) => number(at.month()),
        ('D', _) => number(at.day()),
        ('E', 3) => day(at.weekday()).get(..3).map(str::to_owned),
        ('E', 4) => Some(day(at.weekday()).to_owned()),
        ('h', _) => number(at.hour()),
        ('H', _) => number(hour),
        ('A', 2) => Some(if at.hour() < 12 { "AM" } else { "PM" }.to_owned()),
        ('a', 2) => Some(if at.hour() < 12 { "am" } else { "pm" }.to_owned()),
        ('m', _) => number(at.minute()),
        ('s', _) => number(at.second()),
        ('Z', 1) if stamp.offset == 0 => Some("Z".to_owned()),
        ('Z', 3) if stamp.offset == 0 => Some("UTC".to_owned()),
        ('Z', 1 | 5) => Some(clock(stamp.offset, ":")),
        ('Z', 3 | 4) => Some(clock(stamp.offset, "")),
        _ => None,
    }
}

fn day(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}
