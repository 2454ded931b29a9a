//! Rules of network.

use crate::draft::Draft;
use crate::inputs::Inputs;

/// To be written.
pub fn mode(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}

/// To be written.
pub fn ports(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}

/// To be written.
pub fn extra_hosts(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}

/// To be written.
pub fn dns(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}
