//! Pulling images: what to pull, with which credentials, and what a pull tells as it goes on.

use std::fmt;

use hyper::Method;
use hyper::body::Bytes;
use hyper::header::{HeaderMap, HeaderValue};
use serde::Deserialize;

use super::error::Error;
use super::lenient::lenient;
use super::names::Query;
use super::stream::JsonLines;
use super::transport::Ask;
use super::{Client, Deadlines};

/// What to pull.
#[derive(Clone, Debug, Default)]
pub struct PullQuery {
    /// The reference.
    pub reference: String,
    /// Whether the registry's certificate is verified; the host's configuration decides where not given.
    pub tls_verify: Option<bool>,
    /// Operating system; the host's where empty.
    pub os: String,
    /// Architecture; the host's where empty.
    pub arch: String,
    /// Variant of it.
    pub variant: String,
}

/// Credentials as the header `X-Registry-Auth` has them. Never printed.
#[derive(Clone)]
pub struct AuthHeader(String);

impl AuthHeader {
    /// A value that is encoded already.
    pub fn new(encoded: impl Into<String>) -> Self {
        Self(encoded.into())
    }

    /// The value itself, for telling credentials apart.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AuthHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuthHeader(<redacted>)")
    }
}

/// A pull that is under way. Dropping it ends it in Podman, too.
#[derive(Debug)]
pub struct Pull {
    lines: JsonLines,
    path: String,
    id: Option<String>,
    done: bool,
}

/// What a pull tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PullEvent {
    /// A line for a person.
    Progress(String),
    /// It is done, and the image has this ID.
    Done(String),
}

impl Client {
    /// Begins to pull. `deadlines` are those of this pull; a head that takes long is usual.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn pull(
        &self,
        query: &PullQuery,
        auth: Option<&AuthHeader>,
        deadlines: Deadlines,
    ) -> Result<Pull, Error> {
        let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let path = Query::of("/images/pull")
            .with("reference", &query.reference)
            .with_some("tlsVerify", query.tls_verify)
            .with_some("OS", given(&query.os))
            .with_some("Arch", given(&query.arch))
            .with_some("Variant", given(&query.variant))
            .done();
        let mut headers = HeaderMap::new();
        if let Some(AuthHeader(value)) = auth {
            let mut value = HeaderValue::from_str(value).map_err(|_| Error::Request {
                path: "/images/pull".to_owned(),
                reason: "the credentials cannot be written into a header".to_owned(),
            })?;
            value.set_sensitive(true);
            headers.insert("X-Registry-Auth", value);
        }
        let ask = Ask { headers, ..Ask::with(Method::POST, &path, Bytes::from_static(b"{}"), deadlines) };
        let chunks = self.streamed(ask).await?;
        Ok(Pull { lines: JsonLines::new(chunks), path, id: None, done: false })
    }
}

impl Pull {
    /// The next thing that the pull tells; `None` after [`PullEvent::Done`].
    ///
    /// # Errors
    /// Any [`Error`]; [`Error::Podman`] with the registry's words where it says no. A stream that ends with neither
    /// error nor ID is an error, too.
    pub async fn next(&mut self) -> Result<Option<PullEvent>, Error> {
        if self.done {
            return Ok(None);
        }
        loop {
            let Some(line) = self.lines.next::<Line>().await? else {
                let id = self.id.take().ok_or_else(|| Error::Answer {
                    path: self.path.clone(),
                    reason: "it ends without an image's ID".to_owned(),
                })?;
                self.done = true;
                return Ok(Some(PullEvent::Done(id)));
            };
            if !line.error.is_empty() {
                let (cause, message) = (line.error.clone(), line.error);
                return Err(Error::Podman { path: self.path.clone(), status: 200, cause, message });
            }
            if !line.id.is_empty() {
                self.id = Some(line.id);
            }
            if !line.stream.is_empty() {
                return Ok(Some(PullEvent::Progress(line.stream.trim_end().to_owned())));
            }
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Line {
    #[serde(deserialize_with = "lenient")]
    stream: String,
    #[serde(deserialize_with = "lenient")]
    error: String,
    #[serde(deserialize_with = "lenient")]
    id: String,
}
