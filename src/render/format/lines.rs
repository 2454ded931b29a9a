//! Lines of a text for drawing: which line an offset lies in, and the line with its secrets made unreadable.
//! Many problems of one large file are placed by a search, not by counting from its start each time.

use podman_driver_engine::secret::is_secret_name;

/// Longer lines are not drawn.
const LONGEST: usize = 500;

/// Characters are counted once for each piece of this many bytes.
const PIECE: usize = 4096;

/// Where lines begin, and how many characters come before.
pub(in crate::render) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
    /// Characters before each piece of the text.
    before: Vec<usize>,
}

/// The line that something stands in.
pub(in crate::render) struct Line<'t> {
    /// Its number, from 1.
    pub number: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// Its text without the line's end; `None` where it is too long to be drawn.
    pub text: Option<&'t str>,
    /// Where it begins.
    pub start: usize,
}

impl<'t> Lines<'t> {
    pub fn new(text: &'t str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let pieces = text.as_bytes().chunks(PIECE).scan(0, |sum, piece| {
            let before = *sum;
            *sum += characters(piece);
            Some(before)
        });
        Self { text, starts, before: pieces.collect() }
    }

    /// The line of a byte offset.
    pub fn at(&self, offset: usize) -> Line<'t> {
        let number = self.starts.partition_point(|start| *start <= offset).max(1);
        let start = self.starts.get(number - 1).copied().unwrap_or(0);
        let end = self.starts.get(number).map_or(self.text.len(), |next| next - 1);
        let text = self.text.get(start..end).unwrap_or("");
        let column = self.characters_before(offset.clamp(start, end)) - self.characters_before(start) + 1;
        Line { number, column, text: Some(text).filter(|text| text.len() <= LONGEST), start }
    }

    fn characters_before(&self, offset: usize) -> usize {
        let piece = (offset / PIECE).min(self.before.len().saturating_sub(1));
        let rest = self.text.as_bytes().get(piece * PIECE..offset).unwrap_or(&[]);
        self.before.get(piece).copied().unwrap_or(0) + characters(rest)
    }
}

/// Bytes that begin a character.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

/// The line with every value behind a secret's name masked, byte for byte, so that places stay right.
pub(in crate::render) fn masked(line: &str) -> String {
    let mut text = line.to_owned();
    let mut from = 0;
    while let Some((start, end)) = secret_value(&text, from) {
        let stars = "*".repeat(end - start);
        text.replace_range(start..end, &stars);
        from = end;
    }
    text
}

/// The range of the next value whose name says that it is secret.
fn secret_value(text: &str, from: usize) -> Option<(usize, usize)> {
    let mut from = from;
    loop {
        let rest = text.get(from..)?;
        let sign = from + rest.find(['=', ':'])?;
        let name = text.get(..sign)?.trim_end().trim_end_matches('"');
        let name_start =
            name.rfind(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '.')).map_or(0, |at| {
                at + name.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
            });
        let value = text.get(sign + 1..)?;
        let start = sign + 1 + (value.len() - value.trim_start().len());
        if is_secret_name(name.get(name_start..)?) {
            let end = value_end(text, start);
            if end > start {
                return Some((start, end));
            }
        }
        from = sign + 1;
    }
}

/// A quoted text keeps its quotes' place; anything else ends where the line's next value may begin.
fn value_end(text: &str, start: usize) -> usize {
    let rest = text.get(start..).unwrap_or("");
    if rest.starts_with('"') {
        let mut escaped = false;
        for (at, c) in rest.char_indices().skip(1) {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => return start + at + 1,
                _ => {}
            }
        }
        return text.len();
    }
    // References name a secret and do not hold it.
    if rest.starts_with("var.") || rest.starts_with("local.") {
        return start;
    }
    rest.find([',', '}']).map_or(text.len(), |at| start + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_and_the_rest_stays() {
        for (line, drawn) in [
            ("password = \"hunter2\"", "password = *********"),
            (
                "auth { username = \"a\", password = \"p\\\"q\" }",
                "auth { username = \"a\", password = ****** }",
            ),
            ("{\"DB_PASSWORD\": \"x\", \"a\": 1}", "{\"DB_PASSWORD\": ***, \"a\": 1}"),
            ("password = var.password", "password = var.password"),
            ("memory_swap = \"1g\"", "memory_swap = \"1g\""),
            ("token = 12345", "token = *****"),
        ] {
            assert_eq!(masked(line), drawn);
        }
    }

    #[test]
    fn offsets_have_lines() {
        let lines = Lines::new("a\nbé c\n");
        let line = lines.at(5);
        assert_eq!((line.number, line.column, line.text, line.start), (2, 3, Some("bé c"), 2));
        assert_eq!(lines.at(99).number, 3);
        let long = "é".repeat(10_000);
        assert_eq!(Lines::new(&long).at(8200).column, 4101);
    }
}
