//! An archive behind an address, piece by piece: the request, redirects, the limit of silence, what went wrong and whether
//! another try may help. Trying again, and what becomes of the pieces, is left to others.

use std::error::Error as StdError;
use std::io;
use std::sync::Once;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Client, ClientBuilder, Response, StatusCode};
use tokio::time::timeout;

use super::address::shown;
use crate::driver::errors::Failure;
use crate::driver::image::go_text;

/// For opening a connection; DNS and TLS are part of it.
const CONNECT: Duration = Duration::from_secs(30);
/// The longest piece that is given on, in bytes.
const PIECE: usize = 64 << 10;
/// So many addresses may send us on, as with Go's client.
const MOST_REDIRECTS: usize = 10;

/// Whether another try may help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    No,
    /// Yes, and not before this long, where the server said so.
    After(Option<Duration>),
}

/// Why a try came to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) failure: Failure,
    pub(super) again: Again,
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        Self { failure, again: Again::No }
    }
}

/// An answer whose body is still to come.
#[derive(Debug)]
pub(super) struct Download {
    response: Response,
    /// What has come and was not given on.
    rest: Bytes,
    url: String,
    silence: Option<Duration>,
}

impl Download {
    /// Asks for the file. `verified` says that its checksum is known, so that it does not matter who sends it; `silence`
    /// is the limit for each wait.
    pub(super) async fn begin(url: &str, verified: bool, silence: Option<Duration>) -> Result<Self, Fault> {
        // A host without any certificates can fetch without TLS all the same.
        let client = match client(verified).build() {
            Err(_) if url.starts_with("http:") => self::client(verified).tls_certs_only([]).build(),
            built => built,
        };
        let client = client.map_err(|error| fault(url, &error))?;
        let asked = waited(silence, url, client.get(url).send()).await?;
        let response = asked.map_err(|error| fault(url, &error))?;
        if response.status() == StatusCode::OK {
            return Ok(Self { response, rest: Bytes::new(), url: url.to_owned(), silence });
        }
        Err(refused(url, response.status(), response.headers()))
    }

    /// The length of the body in bytes, where the server says it.
    pub(super) fn length(&self) -> Option<u64> {
        self.response.content_length()
    }

    /// The next piece; `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Fault> {
        if self.rest.is_empty() {
            let piece = waited(self.silence, &self.url, self.response.chunk()).await?;
            match piece.map_err(|error| fault(&self.url, &error))? {
                Some(piece) => self.rest = piece,
                None => return Ok(None),
            }
        }
        // Copies: the library's pieces are large, and each of them keeps a buffer alive while it waits for Podman.
        let piece = self.rest.split_to(self.rest.len().min(PIECE));
        Ok(Some(Bytes::copy_from_slice(&piece)))
    }
}

async fn waited<T>(limit: Option<Duration>, url: &str, work: impl Future<Output = T>) -> Result<T, Fault> {
    let Some(limit) = limit else { return Ok(work.await) };
    timeout(limit, work).await.map_err(|_| {
        let reason = format!(
            "nothing came from the server for {limit:?}, which is the plugin's pull_activity_timeout: context deadline \
             exceeded"
        );
        again(failed(url, &reason), None)
    })
}

/// One for each download: it sees what certificates the system has now, and keeps nothing afterwards. Proxies are those
/// of the environment.
fn client(verified: bool) -> ClientBuilder {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // It fails where there is one already.
        _ = rustls::crypto::ring::default_provider().install_default();
    });
    let follow = move |attempt: Attempt<'_>| {
        let leaves_tls = attempt.url().scheme() == "http"
            && attempt.previous().last().is_some_and(|from| from.scheme() == "https");
        if leaves_tls && !verified {
            return attempt.error(
                "the server sends us on from https to http, where others can change the file. Give its checksum with \
                 image_checksum, or write the last address",
            );
        }
        if attempt.previous().len() > MOST_REDIRECTS {
            return attempt.error(format!("stopped after {MOST_REDIRECTS} redirects"));
        }
        attempt.follow()
    };
    Client::builder()
        .user_agent(concat!("nomad-driver-podman/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT)
        .redirect(Policy::custom(follow))
        .referer(false)
}

fn failed(url: &str, reason: &str) -> Failure {
    Failure::new(format!("failed to download image archive {}: {reason}", shown(url)))
}

fn again(failure: Failure, after: Option<Duration>) -> Fault {
    Fault { failure: failure.recoverable(true), again: Again::After(after) }
}

/// A status that brings no file.
fn refused(url: &str, status: StatusCode, headers: &HeaderMap) -> Fault {
    let advice = match status.as_u16() {
        401 | 403 | 407 => {
            ". The server wants credentials, or others: write them into the address as https://USER:PASSWORD@HOST/…, or let \
             an `artifact` block of the task fetch the file"
        }
        404 | 410 => ". The server has no such file: check the address",
        429 => ". The server limits how often one may ask: wait, or copy the file to one of your own",
        500..=599 => ". The server has a problem of its own",
        _ => ". Only 200 brings a file",
    };
    let failure = failed(url, &format!("unexpected status {status}{advice}"));
    match status.as_u16() {
        429 | 503 => again(failure, retry_after(headers)),
        500 | 502 | 504 => again(failure, None),
        _ => Fault { failure: failure.recoverable(false), again: Again::No },
    }
}

/// Seconds; dates are as good as nothing said.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

/// The library's error, which may hold the address with all that is secret in it, or one that a redirect named.
fn fault(url: &str, error: &reqwest::Error) -> Fault {
    let mut causes = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        let text = match cause.downcast_ref::<io::Error>() {
            Some(system) => go_text(system),
            None => cause.to_string(),
        };
        if causes.last() != Some(&text) {
            causes.push(text);
        }
        next = cause.source();
    }
    if causes.is_empty() {
        causes.push("the address is not understood, or the answer is no HTTP".to_owned());
    }
    let mut reason = causes.join(": ");
    let untrusted = reason.contains("certificate");
    if untrusted {
        reason.push_str(
            ". The server's certificate is not one that this host trusts: add its authority to the system's certificates, or \
             name a file with it in the agent's environment as SSL_CERT_FILE",
        );
    }
    let failure = failed(url, &reason);
    if error.is_builder() || error.is_redirect() || untrusted {
        return Fault { failure: failure.recoverable(false), again: Again::No };
    }
    again(failure, None)
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    #[test]
    fn what_is_worth_another_try() {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_static("7"));
        let yes = |seconds: Option<u64>| Again::After(seconds.map(Duration::from_secs));
        for (status, expected) in [
            (429, yes(Some(7))),
            (503, yes(Some(7))),
            (500, yes(None)),
            (502, yes(None)),
            (401, Again::No),
            (404, Again::No),
            (204, Again::No),
            (501, Again::No),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            let fault = refused("https://u:p@h/a?t=1", status, &headers);
            assert_eq!(fault.again, expected, "{status}");
            assert_eq!(fault.failure.is_recoverable(), Some(expected != Again::No), "{status}");
            let text = fault.failure.message();
            let first = format!(
                "failed to download image archive https://<redacted>@h/a?<redacted>: unexpected status {status}. "
            );
            assert!(text.starts_with(&first), "{text}");
        }
        headers.insert(RETRY_AFTER, HeaderValue::from_static("Fri, 31 Dec 1999 23:59:59 GMT"));
        assert_eq!(retry_after(&headers), None);
    }
}
