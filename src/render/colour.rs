//! Whether a stream gets colours: the flag decides, then NO_COLOR and its kin, then whether it is a terminal.

use anstream::{AutoStream, ColorChoice};

use super::cli::Color;

/// For what goes to standard output.
pub(super) fn of_stdout(color: Color) -> bool {
    wanted(color, || AutoStream::choice(&std::io::stdout()))
}

/// For what goes to standard error.
pub(super) fn of_stderr(color: Color) -> bool {
    wanted(color, || AutoStream::choice(&std::io::stderr()))
}

fn wanted(color: Color, auto: impl Fn() -> ColorChoice) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => auto() != ColorChoice::Never,
    }
}
