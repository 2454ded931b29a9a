//! One command a file: from its arguments to an answer.

pub(super) mod completions;
pub(super) mod docs;
pub(super) mod explain;
pub(super) mod man;
pub(super) mod schema;
