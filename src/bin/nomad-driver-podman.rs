//! The plugin's entrance.

fn main() {}
