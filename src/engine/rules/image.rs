//! Rules of image.

use crate::draft::Draft;
use crate::inputs::Inputs;

/// To be written.
pub fn reference(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}
