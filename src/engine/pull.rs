//! How the image is to be had: from where, when, for which platform, within what time and with what credentials.
//! Asking the sources of credentials, pulling and loading are left to whoever has a socket.

mod judge;

use std::time::Duration;

use crate::config::syntax::image_reference::{Archive, ArchiveFormat, ArchiveLocation};
use crate::config::syntax::{Checksum, GoDuration, ImageReference, Syntax};
use crate::diagnostic::Diagnostic;
use crate::draft::Draft;
use crate::generated::diagnostics as ids;
use crate::inputs::Inputs;
use crate::paths;
use crate::secret::Secret;

/// What to do before a container can be created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullPlan {
    /// Where the image comes from.
    pub source: ImageSource,
    /// When it is fetched.
    pub policy: PullPolicy,
    /// Which of several images of one name. All parts are empty for an archive.
    pub platform: Platform,
    /// How long pulling or loading may take; longer than zero. Five minutes unless the job says otherwise.
    pub timeout: Duration,
    /// How long it may go on without any progress. `None` for no limit, unless the plugin's config has one.
    pub activity_timeout: Option<Duration>,
    /// Whether the registry's certificate is verified. True unless the job, or the plugin's config for this registry,
    /// says otherwise.
    pub tls_verify: bool,
    /// Credentials of the task; they are asked first. `None` where the job has none, and for archives.
    pub login: Option<Login>,
    /// The plugin's file of credentials, asked third.
    pub auth_file: Option<String>,
    /// Name of the plugin's credential helper without `docker-credential-`, asked second.
    pub helper: Option<String>,
    /// Whether a source of credentials that fails is passed over instead of ending the start.
    pub soft_fail: bool,
}

/// Where an image comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageSource {
    /// A registry, or a short name that Podman resolves: the reference to inspect and to pull.
    Registry(String),
    /// A file or folder that is loaded.
    Archive(ArchiveSource),
}

/// An image that is loaded, not pulled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveSource {
    /// As the job writes it, with its transport.
    pub reference: String,
    /// What it is.
    pub format: ArchiveFormat,
    /// Where it is.
    pub location: SourceLocation,
    /// Which of several images is meant: by its name, or by its place as `@0`.
    pub member: Option<String>,
    /// SHA-256 of the file, as 64 lower-case hexadecimal digits. Never for a folder.
    pub checksum: Option<String>,
}

/// Where an archive or folder is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceLocation {
    /// Below the task's folder, which it must not leave, neither by `..` nor by a link.
    InTaskFolder {
        /// The task's folder; empty where it is not known.
        folder: String,
        /// The path from there, as the job writes it, cleaned.
        path: String,
    },
    /// An absolute path of the client.
    Absolute(String),
    /// An `http://` or `https://` address.
    Url(String),
}

/// When an image is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PullPolicy {
    /// At each start. An archive is loaded again; it is never pulled.
    Always,
    /// Unless it is there.
    IfMissing,
}

/// A platform; empty parts are the host's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Platform {
    /// Operating system: `linux`.
    pub os: String,
    /// Architecture: `arm64`.
    pub arch: String,
    /// Variant of it: `v8`.
    pub variant: String,
}

impl Platform {
    /// Whether nothing is asked for.
    pub fn is_host(&self) -> bool {
        self == &Self::default()
    }
}

/// Credentials for a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// User name; may be empty.
    pub username: String,
    /// Password or token; may be empty.
    pub password: Secret,
}

impl PullPlan {
    /// What the image is called until its ID is known: the key of [`crate::facts::HostFacts::images`].
    pub fn reference(&self) -> String {
        match &self.source {
            ImageSource::Registry(reference) => reference.clone(),
            ImageSource::Archive(archive) => archive.reference.clone(),
        }
    }
}

/// What is taken where the job's time-out cannot be used.
const USUAL_TIMEOUT: Duration = Duration::from_secs(300);

/// Makes the plan. A bad reference gives none; the rule of the image reports it.
pub(crate) fn plan(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let timeout = timeout(cx, out);
    let checksum = checksum(cx, out);
    let Some(source) = source(cx, checksum) else { return };
    judge::source(cx, &source, out);
    let from_registry = matches!(source, ImageSource::Registry(_));
    let platform = Platform {
        os: cx.task.os().to_owned(),
        arch: cx.task.arch().to_owned(),
        variant: cx.task.variant().to_owned(),
    };
    let of_registry =
        |text: &str| Some(text).filter(|text| from_registry && !text.is_empty()).map(str::to_owned);
    out.set_pull_plan(PullPlan {
        policy: if cx.task.force_pull() { PullPolicy::Always } else { PullPolicy::IfMissing },
        platform: if from_registry { platform } else { Platform::default() },
        timeout,
        activity_timeout: activity_timeout(cx),
        tls_verify: cx.task.auth_tls_verify() && registry_is_verified(cx, &source),
        login: login(cx).filter(|_| from_registry),
        auth_file: of_registry(cx.plugin.auth_config()),
        helper: of_registry(cx.plugin.auth_helper()),
        soft_fail: cx.task.auth_soft_fail(),
        source,
    });
}

/// A text that is completed at run time is taken for a registry's unless it begins as an archive does.
fn source(cx: &Inputs<'_>, checksum: Option<String>) -> Option<ImageSource> {
    let text = cx.task.image();
    match text.parse::<ImageReference>() {
        Ok(ImageReference::Archive(archive)) => Some(ImageSource::Archive(loaded(cx, archive, checksum))),
        Ok(image) => image.name().map(ImageSource::Registry),
        Err(_) if cx.is_open(text) => Some(ImageSource::Registry(text.to_owned())),
        Err(_) => None,
    }
}

fn loaded(cx: &Inputs<'_>, archive: Archive, checksum: Option<String>) -> ArchiveSource {
    let reference = cx.task.image().to_owned();
    let Archive { format, location } = archive;
    let (location, member) = match location {
        ArchiveLocation::Url(url) => (SourceLocation::Url(url), None),
        ArchiveLocation::File { path, member } if path.starts_with('/') || cx.is_open(&path) => {
            (SourceLocation::Absolute(paths::clean(&path)), member)
        }
        ArchiveLocation::File { path, member } => {
            let folder = cx.nomad.task_dir().to_owned();
            (SourceLocation::InTaskFolder { folder, path: paths::clean(&path) }, member)
        }
    };
    ArchiveSource { reference, format, location, member, checksum: checksum.filter(|_| format.is_file()) }
}

/// Whether the plugin's config leaves verification on for the registry of the image. A short name has none.
fn registry_is_verified(cx: &Inputs<'_>, source: &ImageSource) -> bool {
    let registries = cx.plugin.registry();
    let ImageSource::Registry(name) = source else { return true };
    if registries.is_empty() {
        return true;
    }
    let Ok(ImageReference::Qualified(reference)) = name.parse::<ImageReference>() else { return true };
    registries.get(reference.registry()).is_none_or(|registry| registry.tls_verify)
}

/// The agent does not start with one that is no duration.
fn activity_timeout(cx: &Inputs<'_>) -> Option<Duration> {
    let duration = cx.plugin.pull_activity_timeout().parse::<GoDuration>().ok()?;
    duration.to_std().filter(|span| !span.is_zero())
}

fn checksum(cx: &Inputs<'_>, out: &mut Draft<'_>) -> Option<String> {
    let text = cx.task.image_checksum();
    if text.is_empty() || cx.is_open(text) {
        return None;
    }
    match text.parse::<Checksum>() {
        Ok(checksum) => Some(checksum.hex().to_owned()),
        Err(error) => {
            let message = format!("image_checksum {text:?} is no checksum: {error}");
            let diagnostic = Diagnostic::error(ids::BAD_IMAGE_CHECKSUM, message).accepts(Checksum::ACCEPTED);
            out.report(cx.at("image_checksum", diagnostic));
            None
        }
    }
}

fn timeout(cx: &Inputs<'_>, out: &mut Draft<'_>) -> Duration {
    let text = cx.task.image_pull_timeout();
    if cx.is_open(text) {
        return USUAL_TIMEOUT;
    }
    let message = match text.parse::<GoDuration>() {
        Ok(duration) => match duration.to_std().filter(|span| !span.is_zero()) {
            Some(span) => return span,
            None => format!("{text:?} is not longer than zero"),
        },
        Err(error) => error.to_string(),
    };
    let message = format!("failed to parse image_pull_timeout: {message}");
    let diagnostic = Diagnostic::error(ids::BAD_PULL_TIMEOUT, message).accepts(GoDuration::ACCEPTED);
    out.report(cx.at("image_pull_timeout", diagnostic));
    USUAL_TIMEOUT
}

fn login(cx: &Inputs<'_>) -> Option<Login> {
    let (username, password) = (cx.task.auth_username(), cx.task.auth_password());
    let given = !username.is_empty() || !password.is_empty();
    given.then(|| Login { username: username.to_owned(), password: Secret::new(password) })
}

#[cfg(test)]
#[path = "pull/tests.rs"]
pub(crate) mod tests;
