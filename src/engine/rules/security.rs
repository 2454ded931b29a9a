//! Rules of security.

use crate::draft::Draft;
use crate::inputs::Inputs;

/// To be written.
pub fn capabilities(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}

/// To be written.
pub fn security_options(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}

/// To be written.
pub fn user_namespace(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}
