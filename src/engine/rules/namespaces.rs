//! Rules of namespaces.

use crate::draft::Draft;
use crate::inputs::Inputs;

/// To be written.
pub fn ipc(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}

/// To be written.
pub fn cgroup_parent(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}
