//! image
use crate::draft::Draft;
use crate::inputs::Inputs;
/// x
pub fn reference(cx: &Inputs<'_>, out: &mut Draft<'_>) { out.set_image(cx.task.image()); }
