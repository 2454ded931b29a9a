//! Rules of devices.

use crate::draft::Draft;
use crate::inputs::Inputs;

/// x
pub fn devices(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}

/// x
pub fn plugin_devices(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}
