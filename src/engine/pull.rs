//! How the image is to be had: from where, when, for which platform, within what time and with what credentials.
//! Asking the sources of credentials, pulling and loading are left to whoever has a socket.

use std::time::Duration;

use crate::config::syntax::image_reference::{Archive, ArchiveLocation};
use crate::config::syntax::{GoDuration, ImageReference, Syntax};
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
    /// Whether the registry's certificate is verified. True unless the job says otherwise.
    pub tls_verify: bool,
    /// Credentials of the task; they are asked first. `None` where the job has none, and for archives.
    pub login: Option<Login>,
    /// The plugin's file of credentials, asked second.
    pub auth_file: Option<String>,
    /// Name of the plugin's credential helper without `docker-credential-`, asked third.
    pub helper: Option<String>,
    /// Whether a source of credentials that fails is passed over instead of ending the start.
    pub soft_fail: bool,
}

/// Where an image comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageSource {
    /// A registry, or a short name that Podman resolves: the reference to inspect and to pull.
    Registry(String),
    /// A file of the client.
    ArchiveFile {
        /// As the job writes it, with its transport.
        reference: String,
        /// Its path. A relative one in the job starts in the task's folder.
        path: String,
    },
    /// A file behind an `http://` or `https://` address.
    ArchiveUrl {
        /// As the job writes it, with its transport.
        reference: String,
        /// The address.
        url: String,
    },
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
            ImageSource::Registry(reference)
            | ImageSource::ArchiveFile { reference, .. }
            | ImageSource::ArchiveUrl { reference, .. } => reference.clone(),
        }
    }
}

/// What is taken where the job's time-out cannot be used.
const USUAL_TIMEOUT: Duration = Duration::from_secs(300);

/// Makes the plan. A bad reference gives none; the rule of the image reports it.
pub(crate) fn plan(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let timeout = timeout(cx, out);
    let Some(source) = source(cx) else { return };
    let from_registry = matches!(source, ImageSource::Registry(_));
    let platform = Platform {
        os: cx.task.os().to_owned(),
        arch: cx.task.arch().to_owned(),
        variant: cx.task.variant().to_owned(),
    };
    let always = cx.task.force_pull() || (from_registry && !platform.is_host());
    if from_registry {
        judge_registry(cx, out);
    } else {
        judge_archive(cx, &platform, out);
    }
    let of_registry =
        |text: &str| Some(text).filter(|text| from_registry && !text.is_empty()).map(str::to_owned);
    out.set_pull_plan(PullPlan {
        source,
        policy: if always { PullPolicy::Always } else { PullPolicy::IfMissing },
        platform: if from_registry { platform } else { Platform::default() },
        timeout,
        tls_verify: cx.task.auth_tls_verify(),
        login: login(cx).filter(|_| from_registry),
        auth_file: of_registry(cx.plugin.auth_config()),
        helper: of_registry(cx.plugin.auth_helper()),
        soft_fail: cx.task.auth_soft_fail(),
    });
}

/// A text that is completed at run time is taken for a registry's unless it begins as an archive does.
fn source(cx: &Inputs<'_>) -> Option<ImageSource> {
    let text = cx.task.image();
    match text.parse::<ImageReference>() {
        Ok(ImageReference::Archive(Archive { location, .. })) => {
            let reference = text.to_owned();
            Some(match location {
                ArchiveLocation::Url(url) => ImageSource::ArchiveUrl { reference, url },
                ArchiveLocation::File { path, .. } => {
                    ImageSource::ArchiveFile { reference, path: paths::join(cx.nomad.task_dir(), &path) }
                }
            })
        }
        Ok(image) => image.name().map(ImageSource::Registry),
        Err(_) if cx.is_open(text) => Some(ImageSource::Registry(text.to_owned())),
        Err(_) => None,
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

/// Reports what is doubtful about a pull.
fn judge_registry(cx: &Inputs<'_>, out: &mut Draft<'_>) {
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
fn judge_archive(cx: &Inputs<'_>, platform: &Platform, out: &mut Draft<'_>) {
    for (option, value) in [("os", &platform.os), ("arch", &platform.arch), ("variant", &platform.variant)] {
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

#[cfg(test)]
#[path = "pull/tests.rs"]
pub(crate) mod tests;
