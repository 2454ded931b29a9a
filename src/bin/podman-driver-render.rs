//! The command line; what it does is in the library.

fn main() {}
