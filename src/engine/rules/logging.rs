//! Rules of logging.

use crate::draft::Draft;
use crate::inputs::Inputs;

/// x
pub fn log_configuration(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}
