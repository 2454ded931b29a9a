//! `diagnostics.rs`: a constant for each diagnostic's id, and the table with titles and long texts.

use super::text::{doc, quoted};
use crate::model::Model;

/// The file's code.
pub fn generate(model: &Model) -> String {
    let mut code = String::from(
        "//! The ids of all diagnostics, with what `explain` says of them.\n\nuse crate::diagnostic::{Entry, Id, Severity};\n\n",
    );
    for entry in &model.diagnostics {
        code.push_str(&doc(&[&format!("{}.", entry.title.trim_end_matches('.'))]));
        code.push_str(&format!("pub const {}: Id = Id::new({});\n", entry.name.to_uppercase(), entry.id));
    }
    code.push_str("\n/// All diagnostics, by rising id.\npub static ALL: &[Entry] = &[\n");
    for entry in &model.diagnostics {
        code.push_str(&format!(
            "Entry {{ id: {}, name: {}, severity: Severity::{}, title: {}, text: {} }},\n",
            entry.name.to_uppercase(),
            quoted(&entry.name),
            if entry.error { "Error" } else { "Warning" },
            quoted(&entry.title),
            quoted(&entry.doc),
        ));
    }
    code.push_str("];\n");
    code
}
