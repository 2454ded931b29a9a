//! Sends requests and reads whole answers, each within the caller's deadlines. The endpoints that the project uses
//! are methods here; streams and hijacked connections (logs, exec) are not this module's.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderMap};
use hyper::http::uri::PathAndQuery;
use hyper::{Method, Request, Response};
use hyper_util::client::legacy;
use hyper_util::rt::TokioExecutor;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::connector::Connector;
use super::error::Error;
use super::info::{Info, Wire};
use super::objects::{Image, Network};

/// Every Podman from 4.0 on takes this prefix, and answers in one shape to it whatever its own version.
const PREFIX: &str = "/v4.0.0/libpod";

/// Longer answers are refused, so that a service gone wrong cannot take our memory. In bytes.
const LONGEST_ANSWER: usize = 64 << 20;

/// The longest path of a unix socket that Linux takes, in bytes.
const LONGEST_SOCKET: usize = 107;

/// What may stand unescaped in the name of an object within a path. A reference's slashes, colons and at signs may.
const NAME: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/')
    .remove(b':')
    .remove(b'@');

/// How long a call may take. There is no default: the caller knows who waits.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// For opening the connection.
    pub connect: Duration,
    /// For the whole call: connecting, sending, and reading the answer to its end.
    pub total: Duration,
}

/// A client of one Podman service. It keeps its connections open between calls.
///
/// Its methods have to be awaited on a tokio runtime that has I/O and time enabled.
#[derive(Clone, Debug)]
pub struct Client {
    socket: PathBuf,
    deadlines: Deadlines,
    http: legacy::Client<Connector, Full<Bytes>>,
}

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

impl Client {
    /// A client of the service that listens on `socket`. Nothing is connected before the first call.
    pub fn new(socket: impl Into<PathBuf>, deadlines: Deadlines) -> Self {
        let connector = Connector { limit: deadlines.connect };
        let http = legacy::Client::builder(TokioExecutor::new()).build(connector);
        Self { socket: socket.into(), deadlines, http }
    }

    /// The socket that this client asks.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Whether Podman is there, and its version, such as `4.3.1`.
    ///
    /// # Errors
    /// Any [`Error`]; [`Error::Answer`] if what answers is no Podman.
    pub async fn ping(&self) -> Result<String, Error> {
        let path = "/_ping";
        let answer = self.successful(path).await?;
        let version = answer.headers.get("Libpod-Api-Version").and_then(|version| version.to_str().ok());
        version.map(str::to_owned).ok_or_else(|| Error::Answer {
            path: path.to_owned(),
            reason: "it has no Libpod-Api-Version header".to_owned(),
        })
    }

    /// What Podman says of itself and its host. It takes Podman up to 0.2 s.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn info(&self) -> Result<Info, Error> {
        self.get::<Wire>("/info").await.map(Info::from)
    }

    /// All networks, in no particular order.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn networks(&self) -> Result<Vec<Network>, Error> {
        self.get::<Option<Vec<Network>>>("/networks/json").await.map(Option::unwrap_or_default)
    }

    /// The image in Podman's storage that `name` names (a reference or an ID), or `None` if there is none.
    ///
    /// # Errors
    /// Any [`Error`]. That there is no such image is not one.
    pub async fn image(&self, name: &str) -> Result<Option<Image>, Error> {
        let path = format!("/images/{}/json", utf8_percent_encode(name, NAME));
        match self.get(&path).await {
            Ok(image) => Ok(Some(image)),
            Err(Error::Podman { status: 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Sends one request and reads the answer, of any status. `path` stands below the API's prefix, begins with a
    /// slash, and has its query with it; `body` is sent as JSON.
    ///
    /// # Errors
    /// Any [`Error`] but [`Error::Podman`].
    pub async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Answer, Error> {
        let request = self.request(method, path, body)?;
        let Deadlines { total, .. } = self.deadlines;
        match tokio::time::timeout(total, self.answer(request)).await {
            Ok(answer) => answer,
            Err(_) => Err(Error::Deadline { socket: self.socket.clone(), limit: total }),
        }
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        let answer = self.successful(path).await?;
        serde_json::from_slice(&answer.body)
            .map_err(|error| Error::Answer { path: path.to_owned(), reason: error.to_string() })
    }

    async fn successful(&self, path: &str) -> Result<Answer, Error> {
        let answer = self.send(Method::GET, path, None).await?;
        if (200..300).contains(&answer.status) { Ok(answer) } else { Err(answer.refusal(path)) }
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Request<Full<Bytes>>, Error> {
        let refused = |reason: String| Error::Request { path: path.to_owned(), reason };
        let whole = format!("{PREFIX}{path}");
        // hyperlocal panics on what does not parse as a URI, so it only gets what does.
        whole.parse::<PathAndQuery>().map_err(|error| refused(error.to_string()))?;
        if self.socket.as_os_str().len() > LONGEST_SOCKET {
            return Err(self.unreachable(&io::Error::from(io::ErrorKind::InvalidFilename)));
        }
        let request = Request::builder()
            .method(method)
            .uri(hyperlocal::Uri::new(&self.socket, &whole))
            .header(CONTENT_TYPE, "application/json");
        let bytes = body.map(|value| Bytes::from(value.to_string())).unwrap_or_default();
        request.body(Full::new(bytes)).map_err(|error| refused(error.to_string()))
    }

    async fn answer(&self, request: Request<Full<Bytes>>) -> Result<Answer, Error> {
        let response: Response<Incoming> =
            self.http.request(request).await.map_err(|error| self.failure(&error))?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, LONGEST_ANSWER)
            .collect()
            .await
            .map_err(|error| self.broken(error.as_ref()))?
            .to_bytes();
        Ok(Answer { status: head.status.as_u16(), headers: head.headers, body })
    }

    fn failure(&self, error: &legacy::Error) -> Error {
        match system_error(error) {
            Some(system) if error.is_connect() => self.unreachable(system),
            _ => self.broken(error),
        }
    }

    fn unreachable(&self, system: &io::Error) -> Error {
        if system.kind() == io::ErrorKind::TimedOut {
            return Error::Deadline { socket: self.socket.clone(), limit: self.deadlines.connect };
        }
        Error::Connect { socket: self.socket.clone(), kind: system.kind(), reason: system.to_string() }
    }

    fn broken(&self, error: &(dyn std::error::Error + 'static)) -> Error {
        // The HTTP library's own text says little; its sources say what happened.
        let mut reason = error.to_string();
        let mut inner = error.source();
        while let Some(source) = inner {
            reason = format!("{reason}: {source}");
            inner = source.source();
        }
        Error::Transport { socket: self.socket.clone(), reason }
    }
}

impl Answer {
    /// The body as JSON, if it is JSON: Podman also answers nothing, or plain text.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// This answer as the error that it is. `path` is the one that was asked.
    pub fn refusal(&self, path: &str) -> Error {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Refusal {
            cause: String,
            message: String,
        }
        // What Podman's router refuses, such as an unknown path, comes as plain text.
        let refusal: Refusal = serde_json::from_slice(&self.body).unwrap_or_else(|_| {
            let text = String::from_utf8_lossy(&self.body).trim().to_owned();
            Refusal { cause: text.clone(), message: text }
        });
        let Refusal { cause, message } = refusal;
        Error::Podman { path: path.to_owned(), status: self.status, cause, message }
    }
}

fn system_error<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a io::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(system) = error.downcast_ref() {
            return Some(system);
        }
        next = error.source();
    }
    None
}
