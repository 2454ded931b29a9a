//! The image that the container is made of. How it is had (when it is pulled, with what credentials) is the pull
//! plan's; finding out the ID of an image that was pulled or loaded is left to whoever does it.

use crate::config::syntax::image_reference::ImageReferenceError;
use crate::config::syntax::{ImageReference, Syntax};
use crate::diagnostic::Diagnostic;
use crate::draft::Draft;
use crate::generated::diagnostics as ids;
use crate::inputs::Inputs;

/// Names the image by its ID, where that is known, or else as Podman is asked for it.
pub fn reference(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let text = cx.task.image();
    if cx.is_open(text) {
        out.set_image(text);
        return;
    }
    let image = match text.parse::<ImageReference>() {
        Ok(image) => image,
        Err(error) => {
            out.report(cx.at("image", refused(&error)));
            return;
        }
    };
    let name = image.name().unwrap_or_else(|| image.to_string());
    match cx.host.images().get(&name) {
        Some(id) => out.set_image(id),
        None => out.set_image(name),
    }
}

fn refused(error: &ImageReferenceError) -> Diagnostic {
    let id = match error {
        ImageReferenceError::Empty => ids::IMAGE_EMPTY,
        _ if error.names_transport() => ids::UNSUPPORTED_TRANSPORT,
        ImageReferenceError::Transport { .. }
        | ImageReferenceError::Malformed { .. }
        | ImageReferenceError::NoSlashes { .. }
        | ImageReferenceError::NoFile { .. } => ids::BAD_IMAGE_REFERENCE,
    };
    Diagnostic::error(id, error.to_string()).accepts(ImageReference::ACCEPTED)
}

#[cfg(test)]
#[path = "image/tests.rs"]
pub(crate) mod tests;
