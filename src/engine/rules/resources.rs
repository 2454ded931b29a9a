//! Rules of resources.

use crate::draft::Draft;
use crate::inputs::Inputs;

/// To be written.
pub fn memory(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}

/// To be written.
pub fn memory_swap(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}

/// To be written.
pub fn memory_swappiness(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}

/// To be written.
pub fn cpu_quota(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}

/// To be written.
pub fn pids(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}

/// To be written.
pub fn oom_score_adj(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}

/// To be written.
pub fn shm_size(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}

/// To be written.
pub fn ulimits(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}

/// To be written.
pub fn cpu_shares(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}

/// To be written.
pub fn cpuset(_cx: &Inputs<'_>, _out: &mut Draft<'_>) {}
