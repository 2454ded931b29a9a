//! What a user reads when an image cannot be had: the Go driver's words first, then the cause, then what to do.

use std::io;
use std::time::Duration;

use super::Failure;
use crate::podman::Error;

/// The same failure, with words before it.
pub(super) fn with_prefix(prefix: &str, failure: Failure) -> Failure {
    let whole = Failure::new(format!("{prefix}{}", failure.message()));
    match failure.is_recoverable() {
        Some(recoverable) => whole.recoverable(recoverable),
        None => whole,
    }
}

/// A pull that Podman refused or did not finish.
pub(super) fn of_pull(error: &Error, reference: &str) -> Failure {
    let (text, refused) = match error {
        // The stream of a pull that has begun, and the registry's words in it.
        Error::Podman { status: 200, message, .. } => {
            (format!("image pull report indicates error: {message}"), Some(message.as_str()))
        }
        Error::Podman { status, message, .. } => {
            (format!("cannot pull image, status code: {status}: {message}"), Some(message.as_str()))
        }
        Error::Answer { reason, .. } => (format!("failed to read image pull response: {reason}"), None),
        other => (format!("failed to pull image: {other}"), None),
    };
    let known = refused.and_then(known);
    let advice =
        known.map(|known| format!(". {}", known.advice.replace("IMAGE", reference))).unwrap_or_default();
    Failure::new(format!("{text}{advice}")).recoverable(known.is_none_or(|known| known.passing))
}

/// A pull that took longer than its caller allows.
pub(super) fn pull_too_long(limit: Duration, progress: &str) -> Failure {
    let so_far = match progress {
        "" => "Podman had told nothing of it so far".to_owned(),
        line => format!("the last thing that Podman told was {line:?}"),
    };
    Failure::new(format!(
        "failed to pull image: context deadline exceeded after {limit:?}: {so_far}. Raise image_pull_timeout, or pull the \
         image on the node beforehand"
    ))
    .recoverable(true)
}

/// An archive that Podman refused or did not take in time.
pub(super) fn of_load(error: &Error) -> Failure {
    let text = match error {
        Error::Podman { status, message, .. } => {
            format!("cannot load image, status code: {status}: {message}")
        }
        other => other.to_string(),
    };
    let advice = match error {
        Error::Podman { message, .. }
            if message.contains("does not match any of the supported image formats") =>
        {
            ". The file has to be an uncompressed tar: what `podman save` or `docker save` writes"
        }
        _ => "",
    };
    Failure::new(format!("{text}{advice}")).recoverable(error.is_unreachable())
}

/// What is known of a registry's or Podman's words.
#[derive(Clone, Copy)]
struct Known {
    words: &'static [&'static str],
    advice: &'static str,
    /// Whether another try may succeed with nothing changed.
    passing: bool,
}

const KNOWN: [Known; 6] = [
    Known {
        words: &[
            "manifest unknown",
            "name unknown",
            "repository name not known",
            "repository does not exist",
        ],
        advice: "The registry has no IMAGE: check name and tag. Some registries say so where credentials are missing",
        passing: false,
    },
    Known {
        words: &[
            "unauthorized",
            "authentication required",
            "denied",
            "invalid username/password",
            "forbidden",
        ],
        advice: "Check the task's `auth` block, or the plugin's `auth.config` and `auth.helper`",
        passing: false,
    },
    Known {
        words: &["short-name", "unqualified-search"],
        advice: "Write the image with its registry, such as docker.io/library/IMAGE, or name registries in the node's \
                 registries.conf",
        passing: false,
    },
    Known {
        words: &["no image found in manifest list", "no image found in image index", "no matching manifest"],
        advice: "The registry does not have it for this platform: check `os`, `arch` and `variant`",
        passing: false,
    },
    Known {
        words: &["toomanyrequests", "too many requests"],
        advice: "The registry limits how often one may pull: give credentials, or use a mirror",
        passing: true,
    },
    Known {
        words: &["x509", "certificate", "http response to https client"],
        advice: "Podman cannot verify the registry: give the node the certificate of its authority in \
                 /etc/containers/certs.d, or set `auth { tls_verify = false }` where that is safe",
        passing: false,
    },
];

fn known(message: &str) -> Option<Known> {
    let message = message.to_lowercase();
    KNOWN.into_iter().find(|known| known.words.iter().any(|words| message.contains(words)))
}

/// A system's error as Go words it: `no such file or directory`.
pub fn go_text(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
