//! Rules of security.

use crate::draft::Draft;
use crate::inputs::Inputs;

/// x
pub fn capabilities(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}

/// x
pub fn security_options(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}

/// x
pub fn user_namespace(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}
