//! Rules of namespaces.

use crate::draft::Draft;
use crate::inputs::Inputs;

/// x
pub fn ipc(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}

/// x
pub fn cgroup_parent(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}
