//! What is wrong or doubtful about where an image comes from.

use super::{ArchiveSource, ImageSource, SourceLocation, login};
use crate::diagnostic::Diagnostic;
use crate::draft::Draft;
use crate::generated::diagnostics as ids;
use crate::inputs::Inputs;

/// Reports it.
pub(super) fn source(cx: &Inputs<'_>, source: &ImageSource, out: &mut Draft<'_>) {
    match source {
        ImageSource::Registry(_) => registry(cx, out),
        ImageSource::Archive(loaded) => archive(cx, loaded, out),
    }
}

/// Reports what is doubtful about a pull.
fn registry(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    checksum_without_file(cx, out);
    if !cx.task.auth_tls_verify() {
        let message = "The registry's certificate is not verified: others can send another image.";
        let diagnostic = Diagnostic::warning(ids::TLS_VERIFY_OFF, message)
            .suggest("Give the client the certificate of your authority instead.");
        out.report(cx.at("auth.tls_verify", diagnostic));
    }
    let missing = match (cx.task.auth_username().is_empty(), cx.task.auth_password().is_empty()) {
        (true, false) => "username",
        (false, true) => "password",
        (true, true) | (false, false) => return,
    };
    let message = format!("The credentials have no {missing}.");
    let diagnostic = Diagnostic::warning(ids::INCOMPLETE_CREDENTIALS, message)
        .suggest(format!("Add `{missing}`, or leave the `auth` block away for the plugin's credentials."));
    out.report(cx.at("auth", diagnostic));
}

/// Reports what is asked for and has no meaning for an archive.
fn archive(cx: &Inputs<'_>, archive: &ArchiveSource, out: &mut Draft<'_>) {
    if let SourceLocation::InTaskFolder { path, .. } = &archive.location
        && (path == ".." || path.starts_with("../"))
    {
        let message = format!("The path {path:?} of the image leads out of the task's folder.");
        let diagnostic = Diagnostic::error(ids::IMAGE_OUTSIDE_TASK_FOLDER, message)
            .accepts("a path below the task's folder, such as \"local/image.tar\", or an absolute one")
            .suggest("In a job, the allocation's folder is `${NOMAD_ALLOC_DIR}`.");
        out.report(cx.at("image", diagnostic));
    }
    if !archive.format.is_file() {
        checksum_without_file(cx, out);
    }
    for (option, value) in [("os", cx.task.os()), ("arch", cx.task.arch()), ("variant", cx.task.variant())] {
        if !value.is_empty() {
            let message =
                format!("`{option}` has no effect: an archive holds the platform that it was made with.");
            let diagnostic = Diagnostic::warning(ids::PLATFORM_WITHOUT_EFFECT, message)
                .suggest("Leave it away, or use one archive for each platform.");
            out.report(cx.at(option, diagnostic));
        }
    }
    if login(cx).is_some() {
        let message = "The credentials are not used: nobody is asked for any when an archive is loaded.";
        let diagnostic = Diagnostic::warning(ids::CREDENTIALS_WITHOUT_EFFECT, message)
            .suggest("Leave the `auth` block away; an `artifact` block can fetch a protected file.");
        out.report(cx.at("auth", diagnostic));
    }
}

/// What was asked to be verified and cannot be is no matter of taste.
fn checksum_without_file(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    if !cx.task.image_checksum().is_empty() {
        let message = "`image_checksum` is that of an archive, and the image comes from none.";
        let diagnostic = Diagnostic::error(ids::CHECKSUM_WITHOUT_FILE, message)
            .suggest("An image in a registry is verified by its digest: `NAME@sha256:…`.");
        out.report(cx.at("image_checksum", diagnostic));
    }
}
