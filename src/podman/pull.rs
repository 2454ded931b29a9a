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
    /// How much it is to tell while it goes on.
    pub telling: Telling,
}

/// In which form a pull tells how far it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Telling {
    /// Lines for a person, one where a layer begins. Every version knows it.
    #[default]
    Lines,
    /// As Docker does, with bytes each second. From 4.8 on; the image's ID is told as its first twelve digits only, and
    /// refusals come with fewer words.
    Docker,
    /// Lines and bytes. From 6.0 on.
    Bytes,
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
    telling: Telling,
    id: Option<String>,
    done: bool,
}

/// What a pull tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PullEvent {
    /// A line for a person.
    Progress(String),
    /// How far a layer is, or the image's config, which comes in the same way.
    Layer(Layer),
    /// It is done, and the image has this ID; the beginning of it with [`Telling::Docker`].
    Done(String),
}

/// How far a layer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Its digest, or the beginning of it. The same in all that is told of it.
    pub id: String,
    /// How many bytes have come, where that is told.
    pub current: Option<u64>,
    /// How many bytes it has, where that is told.
    pub total: Option<u64>,
    /// Whether all of it is there.
    pub done: bool,
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
            .with_some("compatMode", (query.telling == Telling::Docker).then_some(true))
            .with_some("pullProgress", (query.telling == Telling::Bytes).then_some(true))
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
        let telling = query.telling;
        Ok(Pull { lines: JsonLines::new(chunks), path, telling, id: None, done: false })
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
            if let Some(message) = line.failure() {
                let cause = message.clone();
                return Err(Error::Podman { path: self.path.clone(), status: 200, cause, message });
            }
            if let Some(layer) = line.layer() {
                // The last one that is told as complete in Docker's form is the image itself.
                if self.telling == Telling::Docker && layer.done {
                    self.id = Some(layer.id.clone());
                }
                return Ok(Some(PullEvent::Layer(layer)));
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

/// A line of any of the three forms.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Line {
    #[serde(deserialize_with = "lenient")]
    stream: String,
    #[serde(deserialize_with = "lenient")]
    error: String,
    #[serde(deserialize_with = "lenient")]
    id: String,
    #[serde(deserialize_with = "lenient")]
    status: String,
    #[serde(rename = "errorDetail", deserialize_with = "lenient")]
    error_detail: Option<ErrorDetail>,
    #[serde(rename = "progressDetail", deserialize_with = "lenient")]
    progress_detail: Option<Amount>,
    #[serde(rename = "pullProgress", deserialize_with = "lenient")]
    pull_progress: Option<PullProgress>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ErrorDetail {
    #[serde(deserialize_with = "lenient")]
    message: String,
}

/// Numbers of bytes. A total that Podman does not know is -1.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Amount {
    #[serde(deserialize_with = "lenient")]
    current: Option<u64>,
    #[serde(deserialize_with = "lenient")]
    total: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PullProgress {
    #[serde(deserialize_with = "lenient")]
    status: String,
    #[serde(rename = "progressComponentID", deserialize_with = "lenient")]
    id: String,
    #[serde(flatten)]
    amount: Amount,
}

impl Line {
    fn failure(&self) -> Option<String> {
        let detail = self.error_detail.as_ref().map(|detail| &detail.message);
        [Some(&self.error), detail].into_iter().flatten().find(|text| !text.is_empty()).cloned()
    }

    fn layer(&self) -> Option<Layer> {
        if let Some(PullProgress { status, id, amount }) = &self.pull_progress {
            let done = ["success", "skipped"].contains(&status.as_str());
            return Layer::of(id, amount, done);
        }
        let done = match self.status.as_str() {
            "Pulling fs layer" | "Downloading" => false,
            "Download complete" | "Already exists" => true,
            _ => return None,
        };
        Layer::of(&self.id, self.progress_detail.as_ref()?, done)
    }
}

impl Layer {
    fn of(id: &str, amount: &Amount, done: bool) -> Option<Self> {
        let total = amount.total.filter(|total| *total > 0);
        (!id.is_empty()).then(|| Self { id: id.to_owned(), current: amount.current, total, done })
    }
}
