//! Rules of mounts.

use crate::draft::Draft;
use crate::inputs::Inputs;

/// x
pub fn volumes(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}

/// x
pub fn allocation_folders(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}

/// x
pub fn tmpfs(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}

/// x
pub fn nomad_mounts(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}
