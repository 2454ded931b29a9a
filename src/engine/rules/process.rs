//! Rules of process.

use crate::draft::Draft;
use crate::inputs::Inputs;

/// x
pub fn command(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}

/// x
pub fn entrypoint(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}

/// x
pub fn init(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}

/// x
pub fn name(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}

/// x
pub fn user(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}

/// x
pub fn environment(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}
