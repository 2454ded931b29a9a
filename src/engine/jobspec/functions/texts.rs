//! Functions on texts. A character is what a person sees as one, a grapheme cluster, where HCL counts those.

use unicode_segmentation::UnicodeSegmentation as _;

use super::{Fault, Outcome, int_at, items_at, text_at};
use crate::jobspec::eval::Evaluator;
use crate::jobspec::val::Val;

pub(super) fn upper(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    // Go maps each letter to one letter: `ß` stays.
    Ok(Val::text(text_at(args, 0)?.chars().map(|c| single(c, c.to_uppercase())).collect::<String>()))
}

pub(super) fn lower(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    Ok(Val::text(text_at(args, 0)?.chars().map(|c| single(c, c.to_lowercase())).collect::<String>()))
}

fn single(letter: char, mut mapped: impl Iterator<Item = char>) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => letter,
    }
}

pub(super) fn title(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let mut inside = false;
    let letters = text_at(args, 0)?
        .chars()
        .map(|c| {
            let begins = !std::mem::replace(&mut inside, in_word(c));
            if begins { single(c, c.to_uppercase()) } else { c }
        })
        .collect::<String>();
    Ok(Val::text(letters))
}

/// Letters, digits, underscores, and whatever beyond ASCII is no blank, are inside of a word for Go's `Title`.
fn in_word(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric() || c == '_'
    } else {
        c.is_alphanumeric() || !c.is_whitespace()
    }
}

pub(super) fn strrev(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    Ok(Val::text(text_at(args, 0)?.graphemes(true).rev().collect::<String>()))
}

pub(super) fn strlen(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    Ok(Val::count(text_at(args, 0)?.graphemes(true).count()))
}

pub(super) fn substr(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let text = text_at(args, 0)?;
    let (offset, length) = (int_at(args, 1)?, int_at(args, 2)?);
    let from = if offset < 0 {
        let all = i64::try_from(text.graphemes(true).count()).unwrap_or(i64::MAX);
        all.saturating_add(offset).max(0)
    } else if length == 0 {
        return Ok(Val::text(""));
    } else {
        offset
    };
    let rest = text.graphemes(true).skip(usize::try_from(from).unwrap_or(usize::MAX));
    // A negative length means the rest; so does 0 behind a negative offset, where Go's count never meets it.
    let taken: String = match usize::try_from(length) {
        Ok(length) if length > 0 => rest.take(length).collect(),
        _ => rest.collect(),
    };
    Ok(Val::text(taken))
}

pub(super) fn trim(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let (text, cut) = (text_at(args, 0)?, text_at(args, 1)?);
    Ok(Val::text(text.trim_matches(|c| cut.contains(c))))
}

pub(super) fn trimprefix(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let (text, cut) = (text_at(args, 0)?, text_at(args, 1)?);
    Ok(Val::text(text.strip_prefix(&*cut).unwrap_or(&text)))
}

pub(super) fn trimsuffix(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let (text, cut) = (text_at(args, 0)?, text_at(args, 1)?);
    Ok(Val::text(text.strip_suffix(&*cut).unwrap_or(&text)))
}

pub(super) fn trimspace(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    Ok(Val::text(text_at(args, 0)?.trim()))
}

pub(super) fn chomp(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    Ok(Val::text(text_at(args, 0)?.trim_end_matches(['\r', '\n'])))
}

pub(super) fn indent(cx: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let text = text_at(args, 1)?;
    let spaces = usize::try_from(int_at(args, 0)?)
        .map_err(|_| Fault::Argument(0, "the number of spaces is negative".to_owned()))?;
    cx.env.budget.charge_text(spaces.saturating_mul(text.matches('\n').count()).saturating_add(spaces))?;
    Ok(Val::text(text.replace('\n', &format!("\n{}", " ".repeat(spaces)))))
}

pub(super) fn join(cx: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let separator = text_at(args, 0)?;
    if args.len() < 2 {
        return Err("at least one list is needed".into());
    }
    let mut parts = Vec::new();
    for at in 1..args.len() {
        for item in items_at(args, at)? {
            match item {
                Val::Text(text) => parts.push(text.clone()),
                _ => return Err(Fault::Argument(at, "an element is null".to_owned())),
            }
        }
    }
    cx.env.budget.charge_text(separator.len().saturating_mul(parts.len()))?;
    Ok(Val::text(parts.join(&separator)))
}

pub(super) fn split(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let (separator, text) = (text_at(args, 0)?, text_at(args, 1)?);
    if text.is_empty() && separator.is_empty() {
        return Ok(Val::list(Vec::new()));
    }
    if separator.is_empty() {
        return Ok(Val::list(text.chars().map(|c| Val::text(c.encode_utf8(&mut [0; 4]))).collect()));
    }
    Ok(Val::list(text.split(&*separator).map(Val::text).collect()))
}

pub(super) fn replace(cx: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let (text, from, to) = (text_at(args, 0)?, text_at(args, 1)?, text_at(args, 2)?);
    cx.env.budget.charge_text(text.matches(&*from).count().saturating_mul(to.len()))?;
    Ok(Val::text(text.replace(&*from, &to)))
}

pub(super) fn regex_replace(cx: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let (text, pattern, replacement) = (text_at(args, 0)?, text_at(args, 1)?, text_at(args, 2)?);
    let wrong = |why: regex::Error| {
        Fault::Argument(1, format!("the pattern cannot be read: {why}").replace('\n', " "))
    };
    let pattern = regex::RegexBuilder::new(&pattern).size_limit(1 << 20).build().map_err(wrong)?;
    let mut out = String::new();
    let mut last = 0;
    for found in pattern.captures_iter(&text) {
        let Some(whole) = found.get(0) else { continue };
        out.push_str(text.get(last..whole.start()).unwrap_or(""));
        let before = out.len();
        found.expand(&replacement, &mut out);
        cx.env.budget.charge_text(out.len() - before)?;
        last = whole.end();
    }
    out.push_str(text.get(last..).unwrap_or(""));
    Ok(Val::text(out))
}
