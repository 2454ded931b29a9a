//! Recognises input of other tools that make job files: Levant, Nomad Pack, Jinja, Helm-like templates, ERB,
//! Terraform's `templatefile`. Their marks count only outside of strings, heredocs and comments, and only in a file
//! that is no HCL or JSON as it stands.

use super::ids;
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};

/// A mark of another tool.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Where it stands.
    range: std::ops::Range<usize>,
    /// How it looks, and who writes it so.
    tool: &'static str,
}

impl Mark {
    /// The one diagnostic for such a file.
    pub(crate) fn diagnostic(&self, file: FileId) -> Diagnostic {
        Diagnostic::error(
            ids::FOREIGN_TEMPLATE,
            format!("The file is a template of another tool: {}.", self.tool),
        )
        .spanned(Span::new(file, self.range.clone()))
        .label("no HCL and no JSON")
        .suggest("Check what that tool makes of it.")
    }
}

const MARKS: [(&str, &str, &str); 6] = [
    ("[[", "]]", "[[ … ]] as Levant and Nomad Pack have it"),
    ("{{", "}}", "{{ … }} as Go templates and Jinja have it"),
    ("{%", "%}", "{% … %} as Jinja has it"),
    ("<%", "%>", "<% … %> as ERB has it"),
    ("${", "}", "${ … } outside of a string, as Terraform's templatefile has it"),
    ("%{", "}", "%{ … } outside of a string, as Terraform's templatefile has it"),
];

/// How many bytes a mark may have.
const NEAR: usize = 1024;

/// The first mark of another tool outside of strings, heredocs and comments.
pub(crate) fn find(text: &str) -> Option<Mark> {
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        let next = rest.find(['"', '#', '/', '<', '[', '{', '$', '%'])?;
        at += next;
        let rest = text.get(at..)?;
        if let Some(mark) = mark_at(rest, at) {
            return Some(mark);
        }
        at += skip(rest);
    }
    None
}

fn mark_at(rest: &str, at: usize) -> Option<Mark> {
    let (open, close, tool) = MARKS.iter().find(|(open, _, _)| rest.starts_with(open))?;
    let inside = rest.get(open.len()..)?;
    // A mark ends soon; without a limit a file of nothing but brackets would be searched to its end at each of them.
    let mut near = inside.len().min(NEAR);
    while !inside.is_char_boundary(near) {
        near -= 1;
    }
    let length = inside.get(..near)?.find(close)?;
    // Two brackets also begin a list of lists.
    if *open == "[[" && !is_action(inside.get(..length)?) {
        return None;
    }
    let end = at + open.len() + length + close.len();
    Some(Mark { range: at..end, tool })
}

/// Whether this is what stands between the brackets of a Go template: a field, a variable, a call, a keyword.
fn is_action(inside: &str) -> bool {
    let inside = inside.trim_start_matches('-').trim();
    if inside.starts_with(['.', '$', '/']) {
        return true;
    }
    let end = inside.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(inside.len());
    let (word, after) = inside.split_at_checked(end).unwrap_or((inside, ""));
    if word == "for" || word.is_empty() || word.starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let after = after.trim_start().trim_start_matches('-');
    after.is_empty() || after.starts_with(['.', '$', '"', '(', '|'])
}

/// How much to step over: a string, a heredoc, a comment, or one character.
fn skip(rest: &str) -> usize {
    let one = rest.chars().next().map_or(1, char::len_utf8);
    if rest.starts_with('"') {
        return string(rest);
    }
    if rest.starts_with('#') || rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return rest.find("*/").map_or(rest.len(), |end| end + 2);
    }
    if rest.starts_with("<<") {
        return heredoc(rest).unwrap_or(2);
    }
    one
}

fn string(rest: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in rest.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            // A string ends with its line also where its quote is missing.
            b'"' | b'\n' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

fn heredoc(rest: &str) -> Option<usize> {
    let head = rest.lines().next()?;
    let name = head.trim_start_matches('<').trim_start_matches('-').trim();
    if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || c == '_') {
        return None;
    }
    let mut end = 0;
    for (number, line) in rest.split_inclusive('\n').enumerate() {
        end += line.len();
        if number > 0 && line.trim() == name {
            break;
        }
    }
    Some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_count_outside_of_strings_only() {
        for (text, found) in [
            ("job \"[[ .name ]]\" {}", false),
            ("count = [[ .count ]]", true),
            ("count = [[.count]]", true),
            ("[[ range $i := .list ]]", true),
            ("[[- end -]]", true),
            ("x = [[\"a\"], [\"b\"]]", false),
            ("x = [[a, b]]", false),
            ("count = {{ count }}", true),
            ("data = <<EOT\n{{ key }}\nEOT\n", false),
            ("# {{ comment }}", false),
            ("<% if x %>", true),
            ("<% unclosed", false),
            ("count = ${count}", true),
        ] {
            assert_eq!(find(text).is_some(), found, "{text}");
        }
    }
}
