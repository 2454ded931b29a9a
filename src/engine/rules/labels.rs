//! Rules of labels.

use crate::draft::Draft;
use crate::inputs::Inputs;

/// x
pub fn labels(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}
