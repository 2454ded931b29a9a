//! One command a file: from its arguments to an answer.

pub(super) mod check;
pub(super) mod completions;
pub(super) mod docs;
pub(super) mod explain;
pub(super) mod explain_job;
pub(super) mod man;
pub(super) mod render;
pub(super) mod schema;
