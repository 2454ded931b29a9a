//! x
use crate::draft::Draft;
use crate::inputs::Inputs;
/// x
#[derive(Debug, Clone, PartialEq)]
pub struct PullPlan;
pub(crate) fn plan(_: &Inputs<'_>, _: &mut Draft<'_>) {}
