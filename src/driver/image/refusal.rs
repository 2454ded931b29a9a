//! What a user reads when an image cannot be had: the Go driver's words first, then the cause, then what to do.

use std::io;
use std::time::Duration;

use super::Failure;
use super::known;
use super::name::Name;
use super::progress::Standing;
use crate::podman::Error;

/// The same failure, with words before it.
pub(super) fn with_prefix(prefix: &str, failure: Failure) -> Failure {
    let text = format!("{prefix}{}", failure.message());
    failure.with_message(text)
}

/// An attempt to pull that failed.
#[derive(Debug)]
pub(super) struct Refused {
    failure: Failure,
    /// The cause alone, for those who are told that it is tried again.
    pub(super) reason: String,
    /// Whether another attempt may succeed.
    pub(super) again: bool,
}

impl Refused {
    /// One that another attempt does not change.
    pub(super) fn new(failure: Failure) -> Self {
        Self { reason: failure.message().to_owned(), failure, again: false }
    }

    /// The failure after so many attempts.
    pub(super) fn after(self, attempts: usize) -> Failure {
        match attempts {
            0 | 1 => self.failure,
            _ => {
                let text = format!("{}. It was tried {attempts} times", self.failure.message());
                self.failure.with_message(text)
            }
        }
    }
}

/// A pull that Podman refused or did not finish.
pub(super) fn of_pull(error: &Error, reference: &str) -> Refused {
    let (text, refused) = match error {
        // The stream of a pull that has begun, and the registry's words in it.
        Error::Podman { status: 200, message, .. } => {
            (format!("image pull report indicates error: {}", harmless(message)), Some(message))
        }
        Error::Podman { status, message, .. } => {
            (format!("cannot pull image, status code: {status}: {}", harmless(message)), Some(message))
        }
        Error::Answer { reason, .. } => (format!("failed to read image pull response: {reason}"), None),
        other => (format!("failed to pull image: {other}"), None),
    };
    let known = refused.and_then(|message| known::of(message, Name::of(reference).registry()));
    let advice = known.map(|known| format!(". {}", filled(known.advice, reference))).unwrap_or_default();
    Refused {
        failure: Failure::new(format!("{text}{advice}")).recoverable(known.is_none_or(|known| known.passing)),
        reason: refused.map(|message| cause(&harmless(message), reference)).unwrap_or(text),
        again: known.is_some_and(|known| known.again),
    }
}

fn filled(advice: &str, reference: &str) -> String {
    let host = Name::of(reference).registry().unwrap_or("the registry");
    advice.replace("IMAGE", reference).replace("HOST", host)
}

/// Podman's words without what it did when it failed, which it says first and with the image's name each time.
fn cause(message: &str, reference: &str) -> String {
    let cause = message.rsplit_once(&format!("docker://{reference}: ")).map(|(_, cause)| cause);
    cause.unwrap_or(message).to_owned()
}

/// Podman's words without the queries of addresses: a registry may send it to a store whose address is signed for whoever
/// has it.
fn harmless(message: &str) -> String {
    let mut rest = message;
    let mut text = String::with_capacity(rest.len());
    while let Some(start) = rest.find("://") {
        let (before, address) = rest.split_at(start + 3);
        let end = address.find(|letter: char| letter.is_whitespace() || "\"'<>\\".contains(letter));
        let (address, after) = address.split_at(end.unwrap_or(address.len()));
        text.push_str(before);
        match address.split_once('?') {
            Some((place, _)) => text.extend([place, "?…"]),
            None => text.push_str(address),
        }
        rest = after;
    }
    text.push_str(rest);
    text
}

/// A pull that took longer than its caller allows.
pub(super) fn pull_too_long(limit: Duration, standing: &Standing) -> Failure {
    Failure::new(format!(
        "failed to pull image: context deadline exceeded after {limit:?}: {}. Raise image_pull_timeout, or pull the image on \
         the node beforehand",
        so_far(standing)
    ))
    .recoverable(true)
}

/// A pull of which nothing was heard for so long.
pub(super) fn stalled(limit: Duration, standing: &Standing) -> Refused {
    let failure = Failure::new(format!(
        "failed to pull image: no progress within {limit:?}: {}. The registry, or the way to it, has stalled; the limit is the \
         plugin's pull_activity_timeout",
        so_far(standing)
    ));
    Refused::new(failure.recoverable(true))
}

/// Credentials took all of a pull's time.
pub(super) fn credentials_too_long(limit: Duration) -> Failure {
    Failure::new(format!(
        "failed to pull image: context deadline exceeded after {limit:?}: a source of credentials took all of it. Raise \
         image_pull_timeout, or see to the plugin's `auth.helper` and `auth.config`"
    ))
    .recoverable(true)
}

fn so_far(standing: &Standing) -> String {
    let mut parts = Vec::new();
    if let Some(notice) = standing.notices.last() {
        parts.push(notice.clone());
    }
    let text = standing.to_string();
    if !text.is_empty() {
        parts.push(text);
    }
    match standing.line() {
        "" if parts.is_empty() => parts.push("Podman had told nothing of it so far".to_owned()),
        "" => {}
        line => parts.push(format!("the last thing that Podman told was {line:?}")),
    }
    parts.join("; ")
}

/// A pull that failed, of an image of whose name there is one of another platform.
pub(super) fn with_other_platform(failure: Failure, name: &str, platform: &str) -> Failure {
    let text = format!(
        "{}. Podman has {name} for {platform}, which is not taken for another platform: if it is wanted, say so with `os`, \
         `arch` and `variant`",
        failure.message()
    );
    failure.with_message(text)
}

/// An archive that Podman refused or did not take in time.
pub(super) fn of_load(error: &Error) -> Failure {
    let text = match error {
        Error::Podman { status, message, .. } => {
            format!("cannot load image, status code: {status}: {message}")
        }
        other => other.to_string(),
    };
    let known = match error {
        Error::Podman { message, .. } => known::of_load(message),
        _ => None,
    };
    if let Some(known) = known {
        return Failure::new(format!("{text}. {}", known.advice)).recoverable(known.passing);
    }
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

/// A system's error as Go words it: `no such file or directory`.
pub fn go_text(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signed_addresses_are_not_shown() {
        for (text, expected) in [
            ("manifest unknown", "manifest unknown"),
            (
                "Get \"https://store.example/b?X-Sig=hunter2&y=1\": EOF",
                "Get \"https://store.example/b?…\": EOF",
            ),
            ("a http://x/?s=1 b https://y?z c://d", "a http://x/?… b https://y?… c://d"),
            ("docker://quay.io/a:1: reading?", "docker://quay.io/a:1: reading?"),
        ] {
            assert_eq!(harmless(text), expected);
        }
    }
}
