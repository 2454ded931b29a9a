//! One output format a file: from what a command found to text.

pub(super) mod explained;
pub(super) mod facts;
pub(super) mod json;
pub(super) mod lines;
pub(super) mod manual;
pub(super) mod problems_json;
pub(super) mod problems_text;
pub(super) mod summary;
pub(super) mod yaml;
