//! `format` and `formatlist`: Go's verbs as HCL uses them. `%v` writes a number in its shortest form, with an
//! exponent from a million on; widths and precisions of texts count what a person sees as one character.

use unicode_segmentation::UnicodeSegmentation as _;

use super::encoding::write_json;
use super::{Fault, Outcome, text_at};
use crate::jobspec::convert::{convert, to_text};
use crate::jobspec::eval::Evaluator;
use crate::jobspec::number;
use crate::jobspec::types::Type;
use crate::jobspec::val::Val;
use crate::value::Number;

/// Wider is nothing that a job needs.
const WIDTH: usize = 4096;

/// One `%…` of a format.
#[derive(Debug, Default)]
struct Verb {
    letter: char,
    argument: Option<usize>,
    zero: bool,
    sharp: bool,
    plus: bool,
    minus: bool,
    space: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

pub(super) fn format(cx: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let out = fill(cx, &text_at(args, 0)?, args.get(1..).unwrap_or(&[]))?;
    Ok(Val::text(out))
}

pub(super) fn formatlist(cx: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let form = text_at(args, 0)?;
    let args = args.get(1..).unwrap_or(&[]);
    let mut length = None;
    for (at, arg) in args.iter().enumerate() {
        if let Some(items) = arg.items() {
            if length.is_some_and(|length| length != items.len()) {
                return Err(Fault::Argument(at + 1, "the lists have different lengths".to_owned()));
            }
            length = Some(items.len());
        }
    }
    let mut lines = Vec::new();
    for at in 0..length.unwrap_or(1) {
        let round: Vec<Val> = args
            .iter()
            .map(|arg| arg.items().and_then(|items| items.get(at)).unwrap_or(arg).clone())
            .collect();
        let line = fill(cx, &form, &round)?;
        cx.env.budget.charge_text(line.len())?;
        lines.push(Val::text(line));
    }
    Ok(Val::list(lines))
}

fn fill(cx: &Evaluator<'_>, form: &str, args: &[Val]) -> Result<String, Fault> {
    let mut out = String::new();
    let mut rest = form;
    let mut next = 0;
    let mut used = 0;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        if let Some(after) = after.strip_prefix('%') {
            out.push('%');
            rest = after;
            continue;
        }
        let (verb, after) = read_verb(after)?;
        rest = after;
        let at = verb.argument.unwrap_or(next);
        next = at + 1;
        used = used.max(next);
        let val = args.get(at).ok_or_else(|| {
            format!("%{} needs argument {}, and there are {}", verb.letter, at + 1, args.len())
        })?;
        let text =
            write(&verb, val).map_err(|why| format!("%{} and argument {}: {why}", verb.letter, at + 1))?;
        cx.env.budget.charge_text(text.len())?;
        out.push_str(&text);
    }
    out.push_str(rest);
    if used < args.len() {
        return Err(format!("there are {} arguments, and the format uses {used}", args.len()).into());
    }
    Ok(out)
}

fn read_verb(text: &str) -> Result<(Verb, &str), Fault> {
    let mut verb = Verb::default();
    let mut letters = text.char_indices().peekable();
    while let Some((_, flag)) = letters.next_if(|(_, c)| "0#+- ".contains(*c)) {
        match flag {
            '0' => verb.zero = true,
            '#' => verb.sharp = true,
            '+' => verb.plus = true,
            '-' => verb.minus = true,
            _ => verb.space = true,
        }
    }
    let digits = |letters: &mut std::iter::Peekable<std::str::CharIndices<'_>>| {
        let mut number = None;
        while let Some((_, digit)) = letters.next_if(|(_, c)| c.is_ascii_digit()) {
            let so_far = number.unwrap_or(0_usize);
            number = Some(so_far.saturating_mul(10).saturating_add(digit.to_digit(10).unwrap_or(0) as usize));
        }
        number
    };
    verb.width = digits(&mut letters);
    if letters.next_if(|(_, c)| *c == '.').is_some() {
        verb.precision = Some(digits(&mut letters).unwrap_or(0));
    }
    if letters.next_if(|(_, c)| *c == '[').is_some() {
        let argument = digits(&mut letters).and_then(|number| number.checked_sub(1));
        verb.argument = Some(argument.ok_or("an argument's number is at least 1")?);
        letters.next_if(|(_, c)| *c == ']').ok_or("a bracket [ is not closed")?;
    }
    if verb.width.max(verb.precision) > Some(WIDTH) {
        return Err(format!("a width of more than {WIDTH} is not supported").into());
    }
    let Some((at, letter)) = letters.next() else { return Err("a % stands at the end".into()) };
    verb.letter = letter;
    Ok((verb, text.get(at + letter.len_utf8()..).unwrap_or("")))
}

fn write(verb: &Verb, val: &Val) -> Result<String, String> {
    if *val == Val::Null && verb.letter != 'v' {
        return Err("it is null".to_owned());
    }
    match verb.letter {
        'v' => Ok(pad(verb, as_is(verb, val))),
        't' => match convert(val, &Type::Bool)? {
            Val::Bool(it) => Ok(if it { "true" } else { "false" }.to_owned()),
            _ => Err("a bool is required".to_owned()),
        },
        'b' | 'd' | 'o' | 'x' | 'X' => integer(verb, as_number(val)?),
        'e' | 'E' | 'f' | 'g' | 'G' => Ok(float(verb, number::float(as_number(val)?))),
        's' | 'q' => {
            let text = to_text(val)?;
            let kept = verb.precision.filter(|precision| *precision > 0).unwrap_or(usize::MAX);
            let text: String = text.graphemes(true).take(kept).collect();
            Ok(pad(verb, if verb.letter == 'q' { json(&Val::text(text)) } else { text }))
        }
        other => Err(format!("there is no verb %{other}")),
    }
}

fn as_number(val: &Val) -> Result<Number, String> {
    match convert(val, &Type::Number)? {
        Val::Number(number) => Ok(number),
        _ => Err("a number is required".to_owned()),
    }
}

fn as_is(verb: &Verb, val: &Val) -> String {
    match val {
        Val::Text(text) if !verb.sharp => text.to_string(),
        Val::Number(number) if !verb.sharp => shortest(*number),
        other => json(other),
    }
}

fn json(val: &Val) -> String {
    let mut out = String::new();
    write_json(val, &mut out);
    out
}

/// Go's `%g` without precision.
fn shortest(number: Number) -> String {
    let plain = number.to_string();
    let (sign, digits) = match plain.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", plain.as_str()),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let significant = format!("{whole}{fraction}");
    let leading = significant.len() - significant.trim_start_matches('0').len();
    let exponent = i64::try_from(whole.len()).unwrap_or(0) - i64::try_from(leading).unwrap_or(0) - 1;
    let significant = significant.trim_matches('0');
    if significant.is_empty() || (-4..6).contains(&exponent) {
        return plain;
    }
    let (first, others) = significant.split_at_checked(1).unwrap_or((significant, ""));
    let point = if others.is_empty() { "" } else { "." };
    format!("{sign}{first}{point}{others}{}", exponent_of(exponent, 'e'))
}

/// An exponent as Go writes it, with a sign and two digits at least.
fn exponent_of(exponent: i64, letter: char) -> String {
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{letter}{sign}{:02}", exponent.abs())
}

fn integer(verb: &Verb, number: Number) -> Result<String, String> {
    let number = number::integer(number).ok_or("a whole number is required")?;
    let size = number.unsigned_abs();
    let (prefix, digits) = match verb.letter {
        'b' => ("0b", format!("{size:b}")),
        'o' => ("0", format!("{size:o}")),
        'x' => ("0x", format!("{size:x}")),
        'X' => ("0X", format!("{size:X}")),
        _ => ("", size.to_string()),
    };
    let precision = verb.precision.unwrap_or(0);
    let digits = format!("{digits:0>precision$}");
    let prefix = if verb.sharp { prefix } else { "" };
    let zero = verb.zero && verb.precision.is_none();
    Ok(signed(verb, number < 0, prefix, digits, zero))
}

fn float(verb: &Verb, number: f64) -> String {
    let size = number.abs();
    let digits = match verb.letter {
        'f' => format!("{size:.*}", verb.precision.unwrap_or(6)),
        'e' | 'E' => scientific(size, verb.precision.unwrap_or(6), verb.letter),
        letter => general(size, verb.precision, if letter == 'G' { 'E' } else { 'e' }),
    };
    signed(verb, number < 0.0, "", digits, verb.zero)
}

fn scientific(number: f64, precision: usize, letter: char) -> String {
    let text = format!("{number:.precision$e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    format!("{digits}{}", exponent_of(exponent.parse().unwrap_or(0), letter))
}

fn general(number: f64, precision: Option<usize>, letter: char) -> String {
    let Some(precision) = precision else {
        return shortest(number::from_float(number)).replace('e', &letter.to_string());
    };
    let precision = precision.max(1);
    let text = format!("{number:.*e}", precision - 1);
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i64 = exponent.parse().unwrap_or(0);
    let trim = |text: &str| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    };
    let most = i64::try_from(precision).unwrap_or(i64::MAX);
    if exponent < -4 || exponent >= most {
        return format!("{}{}", trim(digits), exponent_of(exponent, letter));
    }
    let decimals = usize::try_from(most - 1 - exponent).unwrap_or(0);
    trim(&format!("{number:.decimals$}"))
}

/// Sign, prefix and digits, filled up to the width.
fn signed(verb: &Verb, negative: bool, prefix: &str, digits: String, zero: bool) -> String {
    let sign = match (negative, verb.plus, verb.space) {
        (true, _, _) => "-",
        (false, true, _) => "+",
        (false, false, true) => " ",
        _ => "",
    };
    let length = sign.len() + prefix.len() + digits.len();
    let missing = verb.width.unwrap_or(0).saturating_sub(length);
    if zero && !verb.minus {
        return format!("{sign}{prefix}{}{digits}", "0".repeat(missing));
    }
    let blanks = " ".repeat(missing);
    if verb.minus {
        format!("{sign}{prefix}{digits}{blanks}")
    } else {
        format!("{blanks}{sign}{prefix}{digits}")
    }
}

fn pad(verb: &Verb, text: String) -> String {
    let missing = verb.width.unwrap_or(0).saturating_sub(text.graphemes(true).count());
    let fill = if verb.zero { "0" } else { " " }.repeat(missing);
    if verb.minus { format!("{text}{fill}") } else { format!("{fill}{text}") }
}
