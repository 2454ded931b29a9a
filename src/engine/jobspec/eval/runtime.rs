//! Names that belong to run time. Nomad's parser replaces such a name, with the attributes and literal indices behind
//! it, by its own source text in `${…}`; everything around it sees a plain text. That happens on the bytes of the job
//! file, blanks inside the braces included, and this does the same on the same bytes.

use std::ops::Range;

/// The text that stands for a name of run time at this range of the source.
pub(super) fn stand_in(source: &str, range: Range<usize>) -> String {
    let name = source.get(range.clone()).unwrap_or("");
    let bytes = source.as_bytes();
    let Some(open) = opening(bytes, range.start) else {
        return format!("${{{name}}}");
    };
    let mut text = source.get(open..range.end).unwrap_or(name).to_owned();
    // After the name Nomad looks one byte too far: it takes a closing brace that follows the right one for its own.
    // A job that has `${x}}` gets `${x}}}`, and so does it here.
    let mut closed = false;
    for (at, byte) in bytes.iter().enumerate().skip(range.end + 1) {
        match byte {
            b'}' => text.push_str(source.get(range.end..at).unwrap_or("")),
            b' ' => {}
            _ => {
                text.push('}');
                closed = true;
                break;
            }
        }
        if at > range.end + 64 {
            break;
        }
    }
    if !closed {
        text.push('}');
    }
    text
}

/// The start of the `${` right before the name, with blanks in between allowed.
fn opening(bytes: &[u8], start: usize) -> Option<usize> {
    let before = bytes.get(..start)?;
    let brace = before.iter().rposition(|byte| *byte != b' ')?;
    let dollar = brace.checked_sub(1)?;
    (before.get(brace) == Some(&b'{') && before.get(dollar) == Some(&b'$')).then_some(dollar)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_for_itself_with_the_blanks_around_it() {
        for (source, name, want) in [
            ("x = NOMAD_IP\n", "NOMAD_IP", "${NOMAD_IP}"),
            ("x = \"${NOMAD_IP}\"\n", "NOMAD_IP", "${NOMAD_IP}"),
            ("x = \"${ NOMAD_IP }\"\n", "NOMAD_IP", "${ NOMAD_IP }"),
            ("x = \"${upper(NOMAD_IP)}\"\n", "NOMAD_IP", "${NOMAD_IP}"),
            ("x = \"{${NOMAD_IP}}\"\n", "NOMAD_IP", "${NOMAD_IP}}"),
        ] {
            let at = source.find(name).unwrap();
            assert_eq!(stand_in(source, at..at + name.len()), want, "{source}");
        }
    }
}
