//! Rules of devices.

use crate::draft::Draft;
use crate::inputs::Inputs;

/// To be written.
pub fn devices(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}

/// To be written.
pub fn plugin_devices(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}
