//! Rules of logging.

use crate::draft::Draft;
use crate::inputs::Inputs;

/// To be written.
pub fn log_configuration(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}
