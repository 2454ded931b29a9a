//! `render --format yaml`: the same values as the JSON, for reading and comparing.

use serde_json::Value;

use crate::render::answer::Failure;

pub(in crate::render) fn print(specs: &Value) -> Result<String, Failure> {
    let mut text = serde_saphyr::to_string(specs)
        .map_err(|error| Failure(format!("The YAML cannot be written: {error}.")))?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(text)
}
