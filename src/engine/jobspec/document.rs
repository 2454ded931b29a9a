//! From a text to something that can be evaluated: HCL or JSON, with the checks that come before any parser. What is
//! too large, no text, empty or another tool's template is said in one diagnostic.

use hcl_edit::structure::Body;
use jsonc_parser::ast;

use super::{foreign, ids};
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Files, Span};

/// Larger job files are not read. Nomad's servers keep sources up to 1 MB.
pub const MAX_BYTES: usize = 4 << 20;

/// A parsed file.
pub(crate) enum Document<'t> {
    /// HCL.
    Hcl(Body),
    /// JSON in any shape.
    Json(ast::Value<'t>),
}

/// Parses a text as what it looks like.
pub(crate) fn open(files: &Files, file: FileId) -> Result<Document<'_>, Box<Diagnostic>> {
    let text = files.text(file);
    let start = Span::new(file, 0..0);
    if text.len() > MAX_BYTES {
        return Err(too_large(text.len()).spanned(start).into());
    }
    if let Some(at) = text.find('\0') {
        return Err(not_text().spanned(Span::new(file, at..at + 1)).into());
    }
    if body(text).trim().is_empty() {
        return Err(empty(file).into());
    }
    if body(text).trim_start().starts_with('{') { json(text, file) } else { hcl(text, file) }
}

/// The diagnostic for a file of too many bytes.
pub(crate) fn too_large(bytes: usize) -> Diagnostic {
    Diagnostic::error(ids::FILE_TOO_LARGE, format!("The file has {bytes} bytes."))
        .accepts(format!("a job file of at most {} MiB", MAX_BYTES >> 20))
}

/// The diagnostic for a file that is not text.
pub(crate) fn not_text() -> Diagnostic {
    Diagnostic::error(ids::FILE_NOT_TEXT, "The file is not text.").accepts("HCL or JSON in UTF-8")
}

fn empty(file: FileId) -> Diagnostic {
    Diagnostic::error(ids::FILE_EMPTY, "The file is empty.").spanned(Span::new(file, 0..0))
}

/// Where the HCL begins: behind a byte order mark.
pub(crate) fn base(text: &str) -> usize {
    if text.starts_with('\u{feff}') { 3 } else { 0 }
}

/// The text that is parsed.
pub(crate) fn body(text: &str) -> &str {
    text.get(base(text)..).unwrap_or("")
}

fn hcl(text: &str, file: FileId) -> Result<Document<'_>, Box<Diagnostic>> {
    let problem = match body(text).parse::<Body>() {
        Ok(body) => return Ok(Document::Hcl(body)),
        Err(problem) => problem,
    };
    if let Some(found) = foreign::find(text) {
        return Err(found.diagnostic(file).into());
    }
    let at = (base(text) + problem.location().offset()).min(text.len());
    let end = text.get(at..).and_then(|rest| rest.chars().next()).map_or(at, |c| at + c.len_utf8());
    let message = problem.message().split_whitespace().collect::<Vec<_>>().join(" ");
    Err(Diagnostic::error(ids::HCL_SYNTAX, format!("The text is not HCL: {message}."))
        .spanned(Span::new(file, at..end))
        .label("the text cannot be read from here on")
        .into())
}

fn json(text: &str, file: FileId) -> Result<Document<'_>, Box<Diagnostic>> {
    let options = jsonc_parser::ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let problem = match jsonc_parser::parse_to_ast(body(text), &Default::default(), &options) {
        Ok(parsed) => match parsed.value {
            Some(value) => return Ok(Document::Json(value)),
            None => return Err(empty(file).into()),
        },
        Err(problem) => problem,
    };
    if let Some(found) = foreign::find(text) {
        return Err(found.diagnostic(file).into());
    }
    let range = problem.range();
    let base = base(text);
    Err(Diagnostic::error(ids::JSON_SYNTAX, format!("The text is not JSON: {}.", problem.kind()))
        .spanned(Span::new(file, base + range.start..base + range.end))
        .into())
}
