//! Sends requests over pooled connections of one unix socket, each phase within its limit, and gives answers whole or
//! as streams. Dropping what a method gives closes its connection, by which Podman notices that nobody waits any more.
//! Which endpoints there are is left to the modules beside this one.

use std::convert::Infallible;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderMap};
use hyper::http::uri::PathAndQuery;
use hyper::{Method, Request, Response};
use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::{Instant, timeout, timeout_at};

use super::connector::Connector;
use super::deadlines::{Deadlines, Phase};
use super::error::Error;
use super::stream::Chunks;

/// Every Podman from 4.0 on takes this prefix, and answers in one shape to it whatever its own version.
pub(super) const PREFIX: &str = "/v4.0.0/libpod";

/// Longer answers are refused, so that a service gone wrong cannot take our memory. In bytes.
const LONGEST_ANSWER: usize = 64 << 20;

/// The longest path of a unix socket that Linux takes, in bytes.
const LONGEST_SOCKET: usize = 107;

/// How long a connection that nobody uses is kept, and how many of them.
const KEPT: (Duration, usize) = (Duration::from_secs(20), 8);

/// The body of a request: nothing, JSON, or a stream.
pub(super) type Body = UnsyncBoxBody<Bytes, io::Error>;

/// A client of one Podman service. It keeps its connections open between calls; clones share them.
///
/// Its methods have to be awaited on a tokio runtime that has I/O and time enabled.
#[derive(Clone, Debug)]
pub struct Client {
    pub(super) socket: PathBuf,
    pub(super) deadlines: Deadlines,
    http: legacy::Client<Connector, Body>,
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

/// A request that is ready to be sent.
pub(super) struct Ask<'a> {
    pub(super) method: Method,
    /// Below the API's prefix, with its query.
    pub(super) path: &'a str,
    pub(super) body: Body,
    pub(super) headers: HeaderMap,
    pub(super) deadlines: Deadlines,
}

impl Client {
    /// A client of the service that listens on `socket`. Nothing is connected before the first call.
    pub fn new(socket: impl AsRef<Path>, deadlines: Deadlines) -> Self {
        let http = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(KEPT.0)
            .pool_max_idle_per_host(KEPT.1)
            .build(Connector { limit: deadlines.connect });
        Self { socket: socket.as_ref().to_owned(), deadlines, http }
    }

    /// The socket that is asked.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Sends one request and reads the answer, of any status. `path` stands below the API's prefix, begins with a
    /// slash, and has its query with it; `body` is sent as JSON.
    ///
    /// # Errors
    /// Any [`Error`] but [`Error::Podman`].
    pub async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Answer, Error> {
        let body = body.map(|value| Bytes::from(value.to_string())).unwrap_or_default();
        self.whole(method, path, body, self.deadlines).await
    }

    /// The answer to a `GET`, as JSON.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        let answer = self.successful(Method::GET, path, Bytes::new(), self.deadlines).await?;
        answer.decode(path)
    }

    /// The same, but `None` where Podman has no such object.
    pub(super) async fn find<T: DeserializeOwned>(&self, path: &str) -> Result<Option<T>, Error> {
        match self.get(path).await {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.is_absent() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The answer to a request, whose status says that it was done.
    pub(super) async fn successful(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
        deadlines: Deadlines,
    ) -> Result<Answer, Error> {
        let answer = self.whole(method, path, body, deadlines).await?;
        if answer.is_success() { Ok(answer) } else { Err(answer.refusal(path)) }
    }

    /// Any answer, read to its end. What only reads is sent a second time where the connection broke before an answer:
    /// a service closes connections that it has kept long enough, and it may do so just now.
    pub(super) async fn whole(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
        deadlines: Deadlines,
    ) -> Result<Answer, Error> {
        let again = method == Method::GET;
        let ask = |body: Bytes| Ask {
            method: method.clone(),
            path,
            body: whole_body(body),
            headers: HeaderMap::new(),
            deadlines,
        };
        match self.collected(ask(body.clone())).await {
            Err(Error::Transport { before_answer: true, .. }) if again => self.collected(ask(body)).await,
            other => other,
        }
    }

    async fn collected(&self, ask: Ask<'_>) -> Result<Answer, Error> {
        self.opened(ask).await?.whole().await
    }

    /// An answer whose body is still to come, whatever its status.
    pub(super) async fn opened(&self, ask: Ask<'_>) -> Result<Opened, Error> {
        let deadlines = ask.deadlines;
        let end = deadlines.total.map(|limit| (Instant::now() + limit, limit));
        let request = self.request(ask)?;
        let sending = async { self.http.request(request).await.map_err(|error| self.failure(&error)) };
        let first = async {
            match deadlines.first_byte {
                None => sending.await,
                Some(limit) => {
                    // The connector has a limit of its own, which is told apart from this one.
                    let answered = timeout(limit + deadlines.connect, sending).await;
                    answered.unwrap_or_else(|_| Err(self.late(Phase::FirstByte, limit)))
                }
            }
        };
        let response: Response<Incoming> = match end {
            None => first.await?,
            Some((end, limit)) => {
                timeout_at(end, first).await.unwrap_or_else(|_| Err(self.late(Phase::Whole, limit)))?
            }
        };
        let (head, body) = response.into_parts();
        let chunks = Chunks::new(body, self.socket.clone(), deadlines.idle, end);
        Ok(Opened { status: head.status.as_u16(), headers: head.headers, chunks })
    }

    /// A stream of a successful answer; another one is read and becomes the error that it is.
    pub(super) async fn streamed(&self, ask: Ask<'_>) -> Result<Chunks, Error> {
        let path = ask.path.to_owned();
        let opened = self.opened(ask).await?;
        if (200..300).contains(&opened.status) {
            return Ok(opened.chunks);
        }
        Err(opened.whole().await?.refusal(&path))
    }

    fn request(&self, ask: Ask<'_>) -> Result<Request<Body>, Error> {
        let whole = checked(ask.path)?;
        if self.socket.as_os_str().len() > LONGEST_SOCKET {
            return Err(self.unreachable(&io::Error::from(io::ErrorKind::InvalidFilename)));
        }
        let mut request = Request::new(ask.body);
        *request.method_mut() = ask.method;
        *request.uri_mut() = hyperlocal::Uri::new(&self.socket, &whole).into();
        *request.headers_mut() = ask.headers;
        let headers = request.headers_mut();
        headers.entry(CONTENT_TYPE).or_insert(hyper::header::HeaderValue::from_static("application/json"));
        Ok(request)
    }

    pub(super) fn late(&self, phase: Phase, limit: Duration) -> Error {
        Error::Deadline { socket: self.socket.clone(), phase, limit }
    }

    fn failure(&self, error: &legacy::Error) -> Error {
        match system_error(error) {
            Some(system) if error.is_connect() => self.unreachable(system),
            _ => unanswered(&self.socket, error),
        }
    }

    pub(super) fn unreachable(&self, system: &io::Error) -> Error {
        if system.kind() == io::ErrorKind::TimedOut {
            return self.late(Phase::Connect, self.deadlines.connect);
        }
        Error::Connect { socket: self.socket.clone(), kind: system.kind(), reason: system.to_string() }
    }
}

/// An answer whose body is still to come.
pub(super) struct Opened {
    pub(super) status: u16,
    headers: HeaderMap,
    chunks: Chunks,
}

impl Opened {
    /// Reads the body to its end.
    pub(super) async fn whole(self) -> Result<Answer, Error> {
        let body = self.chunks.collect(LONGEST_ANSWER).await?;
        Ok(Answer { status: self.status, headers: self.headers, body })
    }
}

/// A path with the API's prefix, if HTTP allows it. hyperlocal panics on what does not parse as a URI.
pub(super) fn checked(path: &str) -> Result<String, Error> {
    let whole = format!("{PREFIX}{path}");
    match whole.parse::<PathAndQuery>() {
        Ok(_) => Ok(whole),
        Err(error) => Err(Error::Request { path: path.to_owned(), reason: error.to_string() }),
    }
}

/// A body that is there already.
pub(super) fn whole_body(bytes: Bytes) -> Body {
    Full::new(bytes).map_err(|never: Infallible| match never {}).boxed_unsync()
}

/// The HTTP library's own text says little; its sources say what happened.
pub(super) fn broken(socket: &Path, error: &(dyn std::error::Error + 'static)) -> Error {
    let reason = sources(error).map(ToString::to_string).collect::<Vec<_>>().join(": ");
    Error::Transport { socket: socket.to_owned(), reason, before_answer: false }
}

/// The same, of a connection from which no answer has come yet.
fn unanswered(socket: &Path, error: &(dyn std::error::Error + 'static)) -> Error {
    let closed = sources(error).any(|error| match error.downcast_ref::<hyper::Error>() {
        Some(error) => error.is_incomplete_message() || error.is_canceled() || error.is_closed(),
        None => error.downcast_ref::<io::Error>().is_some_and(|error| {
            matches!(error.kind(), io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe)
        }),
    });
    match broken(socket, error) {
        Error::Transport { socket, reason, .. } => Error::Transport { socket, reason, before_answer: closed },
        other => other,
    }
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
    sources(error).find_map(|error| error.downcast_ref())
}

/// An error and what is behind it.
fn sources<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |error| error.source())
}
