//! Answers: whole ones, those whose body is still to come, and what a refusal says.
//! How they are asked for is left to the transport.

use hyper::body::Bytes;
use hyper::header::HeaderMap;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::error::Error;
use super::lenient::lenient;
use super::stream::Chunks;

/// Longer answers are refused, so that a service gone wrong cannot take our memory. In bytes.
const LONGEST_ANSWER: usize = 64 << 20;

/// So much of a refusal's words is kept, in bytes.
const LONGEST_WORDS: usize = 8 << 10;

/// An answer of Podman, read to its end, whatever its status.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Answer {
    /// HTTP's status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body: JSON, plain text, or nothing.
    pub body: Bytes,
}

impl Answer {
    /// The body as JSON, if it is JSON: Podman also answers nothing, or plain text.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// Whether the status says that it was done.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as what it should be.
    pub(super) fn decode<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        serde_json::from_slice(&self.body)
            .map_err(|error| Error::Answer { path: path.to_owned(), reason: error.to_string() })
    }

    /// This answer as the error that it is. `path` is the one that was asked.
    pub fn refusal(&self, path: &str) -> Error {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Refusal {
            #[serde(deserialize_with = "lenient")]
            cause: String,
            #[serde(deserialize_with = "lenient")]
            message: String,
        }
        // What Podman's router refuses, such as an unknown path, comes as plain text.
        let Refusal { cause, message } = serde_json::from_slice(&self.body).unwrap_or_else(|_| {
            let text = String::from_utf8_lossy(&self.body).trim().to_owned();
            Refusal { cause: text.clone(), message: text }
        });
        let (cause, message) = match (cause.is_empty(), message.is_empty()) {
            (true, true) => ("it does not say why".to_owned(), String::new()),
            (true, false) => (message.clone(), message),
            _ => (cause, message),
        };
        let (cause, message) = (shortened(cause), shortened(message));
        Error::Podman { path: path.to_owned(), status: self.status, cause, message }
    }
}

/// An answer whose body is still to come.
pub(super) struct Opened {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) chunks: Chunks,
}

impl Opened {
    /// Reads the body to its end.
    pub(super) async fn whole(self) -> Result<Answer, Error> {
        let body = self.chunks.collect(LONGEST_ANSWER).await?;
        Ok(Answer { status: self.status, headers: self.headers, body })
    }
}

fn shortened(mut text: String) -> String {
    if text.len() > LONGEST_WORDS {
        text.truncate(text.floor_char_boundary(LONGEST_WORDS));
        text.push('…');
    }
    text
}
