//! Text in quotes as Go prints it with `%q` and `%+q`, because operators match on messages that hold such text.
//! HCL's own quoting is another matter and not found here.

use std::fmt::Write;

/// Go's `%q`: what cannot be printed is escaped, other characters stay.
pub fn quote(text: &str) -> String {
    quote_with(text, printable)
}

/// Go's `%+q`: everything outside ASCII is escaped too.
pub fn quote_ascii(text: &str) -> String {
    quote_with(text, |c| c.is_ascii() && printable(c))
}

fn quote_with(text: &str, plain: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        // Writing into a String cannot fail.
        let _ = match c {
            '"' | '\\' => write!(out, "\\{c}"),
            _ if plain(c) => write!(out, "{c}"),
            '\u{7}' => write!(out, "\\a"),
            '\u{8}' => write!(out, "\\b"),
            '\u{c}' => write!(out, "\\f"),
            '\n' => write!(out, "\\n"),
            '\r' => write!(out, "\\r"),
            '\t' => write!(out, "\\t"),
            '\u{b}' => write!(out, "\\v"),
            _ if c.is_ascii() => write!(out, "\\x{:02x}", u32::from(c)),
            _ if u32::from(c) < 0x1_0000 => write!(out, "\\u{:04x}", u32::from(c)),
            _ => write!(out, "\\U{:08x}", u32::from(c)),
        };
    }
    out.push('"');
    out
}

/// Rust and Go agree on what can be printed, once a combining mark does not stand at the start of a text.
fn printable(c: char) -> bool {
    let after_a_letter: String = ['a', c].iter().collect();
    // `'` is escaped by Rust alone; `"` and `\` are dealt with before.
    c == '\'' || after_a_letter.escape_debug().nth(1) != Some('\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_quoted_as_go_does() {
        for (text, plain, ascii) in [
            ("", r#""""#, r#""""#),
            ("/srv:/srv", r#""/srv:/srv""#, r#""/srv:/srv""#),
            ("it's \"so\" \\", r#""it's \"so\" \\""#, r#""it's \"so\" \\""#),
            ("é☃", "\"é☃\"", r#""\u00e9\u2603""#),
            ("🐳", "\"🐳\"", r#""\U0001f433""#),
            ("e\u{301}", "\"e\u{301}\"", r#""e\u0301""#),
            ("\u{a0}\u{200b}", r#""\u00a0\u200b""#, r#""\u00a0\u200b""#),
            (
                "\0\u{7}\u{8}\u{c}\n\r\t\u{b}\u{7f}",
                r#""\x00\a\b\f\n\r\t\v\x7f""#,
                r#""\x00\a\b\f\n\r\t\v\x7f""#,
            ),
        ] {
            assert_eq!(quote(text), plain, "{text:?}");
            assert_eq!(quote_ascii(text), ascii, "{text:?}");
        }
    }
}
