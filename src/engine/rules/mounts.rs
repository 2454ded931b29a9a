//! Rules of mounts.

use crate::draft::Draft;
use crate::inputs::Inputs;

/// To be written.
pub fn volumes(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}

/// To be written.
pub fn tmpfs(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}

/// To be written.
pub fn allocation_folders(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}

/// To be written.
pub fn nomad_mounts(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}
