//! One output format a file: from what a command found to text.

pub(super) mod manual;
