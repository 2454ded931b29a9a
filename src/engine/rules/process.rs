//! Rules of process.

use crate::draft::Draft;
use crate::inputs::Inputs;

/// To be written.
pub fn command(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}

/// To be written.
pub fn entrypoint(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}

/// To be written.
pub fn init(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}

/// To be written.
pub fn name(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}

/// To be written.
pub fn user(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}

/// To be written.
pub fn environment(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}
