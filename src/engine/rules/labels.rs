//! Rules of labels.

use crate::draft::Draft;
use crate::inputs::Inputs;

/// To be written.
pub fn labels(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}
