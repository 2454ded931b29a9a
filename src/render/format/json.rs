//! `render --format json`: what can be posted to `/libpod/containers/create` as it is.

use serde_json::Value;

pub(in crate::render) fn print(specs: &Value) -> String {
    let mut text = serde_json::to_string_pretty(specs).unwrap_or_default();
    text.push('\n');
    text
}
