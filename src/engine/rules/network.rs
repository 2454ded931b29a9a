//! Rules of network.

use crate::draft::Draft;
use crate::inputs::Inputs;

/// x
pub fn mode(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}

/// x
pub fn dns(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}

/// x
pub fn ports(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}

/// x
pub fn extra_hosts(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}
