//! Sends requests over pooled connections of one unix socket, each phase within its limit, and gives answers whole or
//! as streams. Dropping what a method gives closes its connection, by which Podman notices that it is not wanted any more.
//! Which endpoints there are is left to the modules beside this one.

use std::future::pending;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use hyper::http::uri::PathAndQuery;
use hyper::{Method, Request};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::capture_connection;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::net::UnixStream;
use tokio::time::{Instant, sleep_until};

use super::answer::{Answer, Opened};
use super::body::{Body, Payload, Sent};
use super::connector::{Connector, within};
use super::deadlines::{Deadlines, Phase, after};
use super::error::Error;
use super::stream::Chunks;

/// Every Podman from 4.0 on takes this prefix, and answers in one shape to it whatever its own version.
pub(super) const PREFIX: &str = "/v4.0.0/libpod";

/// The longest path of a unix socket that Linux takes, in bytes.
const LONGEST_SOCKET: usize = 107;

/// How long a connection that nobody uses is kept, and how many of them. By default a service closes them after twice
/// the five seconds for which it stays without work, and it is better not to meet it doing so.
const KEPT: (Duration, usize) = (Duration::from_secs(4), 8);

type Http = legacy::Client<Connector, Body>;

/// A client of one Podman service. It keeps its connections open between calls; clones share them.
///
/// Its methods have to be awaited on a tokio runtime that has I/O and time enabled.
#[derive(Clone, Debug)]
pub struct Client {
    pub(super) socket: PathBuf,
    pub(super) deadlines: Deadlines,
    pooled: Http,
    /// Makes a connection for each request.
    fresh: Http,
}

/// A request that is ready to be sent.
#[derive(Debug)]
pub(super) struct Ask<'a> {
    pub(super) method: Method,
    /// Below the API's prefix, with its query.
    pub(super) path: &'a str,
    pub(super) payload: Payload,
    pub(super) headers: HeaderMap,
    pub(super) deadlines: Deadlines,
}

impl<'a> Ask<'a> {
    /// A question.
    pub(super) fn get(path: &'a str, deadlines: Deadlines) -> Self {
        Self::with(Method::GET, path, Bytes::new(), deadlines)
    }

    /// A request with a body of JSON.
    pub(super) fn with(method: Method, path: &'a str, body: Bytes, deadlines: Deadlines) -> Self {
        Self { method, path, payload: Payload::Whole(body), headers: HeaderMap::new(), deadlines }
    }

    /// The same once more, if it does no harm where the first was received and worked upon: HTTP says that of these
    /// methods, and so does Podman.
    fn again(&self) -> Option<Self> {
        let Payload::Whole(body) = &self.payload else { return None };
        let harmless = [Method::GET, Method::HEAD, Method::DELETE].contains(&self.method);
        harmless.then(|| Self {
            method: self.method.clone(),
            path: self.path,
            payload: Payload::Whole(body.clone()),
            headers: self.headers.clone(),
            deadlines: self.deadlines,
        })
    }
}

impl Client {
    /// A client of the service that listens on `socket`. Nothing is connected before the first call.
    pub fn new(socket: impl AsRef<Path>, deadlines: Deadlines) -> Self {
        let http = |kept: usize| {
            legacy::Client::builder(TokioExecutor::new())
                .pool_timer(TokioTimer::new())
                .pool_idle_timeout(KEPT.0)
                .pool_max_idle_per_host(kept)
                .build(Connector { limit: deadlines.connect })
        };
        Self { socket: socket.as_ref().to_owned(), deadlines, pooled: http(KEPT.1), fresh: http(0) }
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

    /// Any answer, read to its end.
    pub(super) async fn whole(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
        deadlines: Deadlines,
    ) -> Result<Answer, Error> {
        self.opened(Ask::with(method, path, body, deadlines)).await?.whole().await
    }

    /// A stream of a successful answer; another one is read and becomes the error that it is.
    pub(super) async fn streamed(&self, ask: Ask<'_>) -> Result<Chunks, Error> {
        let path = ask.path;
        let opened = self.opened(ask).await?;
        if (200..300).contains(&opened.status) {
            return Ok(opened.chunks);
        }
        Err(opened.whole().await?.refusal(path))
    }

    /// An answer whose body is still to come, whatever its status. A harmless request is sent a second time, over a
    /// connection of its own, where the first broke before an answer: a service closes connections that it has kept
    /// long enough, and it may do so just now.
    pub(super) async fn opened(&self, ask: Ask<'_>) -> Result<Opened, Error> {
        let end = ask.deadlines.total.map(|limit| (after(Instant::now(), limit), limit));
        let again = ask.again();
        match (self.answered(&self.pooled, ask, end).await, again) {
            (Err(Error::Transport { before_answer: true, .. }), Some(again)) => {
                self.answered(&self.fresh, again, end).await
            }
            (answered, _) => answered,
        }
    }

    async fn answered(
        &self,
        http: &Http,
        ask: Ask<'_>,
        end: Option<(Instant, Duration)>,
    ) -> Result<Opened, Error> {
        let (path, deadlines) = (ask.path, ask.deadlines);
        let Ask { method, payload, headers, .. } = ask;
        let (body, sent) = payload.sending();
        let mut request = self.request(method, path, body, headers)?;
        let mut connection = capture_connection(&mut request);
        let first_byte = async {
            let Some(limit) = deadlines.first_byte else { return pending().await };
            drop(connection.wait_for_connection_metadata().await);
            silence(sent.as_ref(), limit).await;
            self.late(Phase::FirstByte, limit)
        };
        let whole = async {
            let Some((end, limit)) = end else { return pending().await };
            sleep_until(end).await;
            self.late(Phase::Whole, limit)
        };
        let response = tokio::select! {
            biased;
            answered = http.request(request) => answered.map_err(|error| self.failure(path, &error))?,
            late = whole => return Err(late),
            late = first_byte => return Err(late),
        };
        let (head, body) = response.into_parts();
        let chunks = Chunks::new(body, &self.socket, path, deadlines.idle, end);
        Ok(Opened { status: head.status.as_u16(), headers: head.headers, chunks })
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        body: Body,
        headers: HeaderMap,
    ) -> Result<Request<Body>, Error> {
        let whole = self.checked(path)?;
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = hyperlocal::Uri::new(&self.socket, &whole).into();
        *request.headers_mut() = headers;
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().entry(CONTENT_TYPE).or_insert(json);
        Ok(request)
    }

    /// A path with the API's prefix, if HTTP allows it: hyperlocal panics on what does not parse as a URI. The socket's
    /// own path is looked at, too.
    pub(super) fn checked(&self, path: &str) -> Result<String, Error> {
        if self.socket.as_os_str().len() > LONGEST_SOCKET {
            return Err(self.unreachable(&io::ErrorKind::InvalidFilename.into()));
        }
        let whole = format!("{PREFIX}{path}");
        match whole.parse::<PathAndQuery>() {
            Ok(_) => Ok(whole),
            Err(error) => Err(Error::Request { path: path.to_owned(), reason: error.to_string() }),
        }
    }

    /// A connection of its own.
    pub(super) async fn connected(&self) -> Result<UnixStream, Error> {
        let connected = within(self.deadlines.connect, || UnixStream::connect(&self.socket)).await;
        connected.map_err(|error| self.unreachable(&error))
    }

    pub(super) fn late(&self, phase: Phase, limit: Duration) -> Error {
        Error::Deadline { socket: self.socket.clone(), phase, limit }
    }

    fn failure(&self, path: &str, error: &legacy::Error) -> Error {
        let system = sources(error).find_map(|error| error.downcast_ref::<io::Error>());
        match system {
            Some(system) if error.is_connect() => self.unreachable(system),
            _ => unanswered(&self.socket, path, error),
        }
    }

    pub(super) fn unreachable(&self, system: &io::Error) -> Error {
        if system.kind() == io::ErrorKind::TimedOut {
            return self.late(Phase::Connect, self.deadlines.connect);
        }
        Error::Connect { socket: self.socket.clone(), kind: system.kind(), reason: system.to_string() }
    }
}

/// Returns when nothing has moved for as long as `limit`: counted from now, and from each piece of the body that went
/// out since.
async fn silence(sent: Option<&Sent>, limit: Duration) {
    let mut last = Instant::now();
    loop {
        sleep_until(after(last, limit)).await;
        match sent.map(Sent::last) {
            Some(moved) if moved > last => last = moved,
            _ => return,
        }
    }
}

/// The HTTP library's own text says little; its sources say what happened.
pub(super) fn broken(socket: &Path, error: &(dyn std::error::Error + 'static)) -> Error {
    let reason = sources(error).map(ToString::to_string).collect::<Vec<_>>().join(": ");
    Error::Transport { socket: socket.to_owned(), reason, before_answer: false }
}

/// The same, of a connection from which no answer has come yet.
pub(super) fn unanswered(socket: &Path, path: &str, error: &(dyn std::error::Error + 'static)) -> Error {
    let ours = sources(error).filter_map(|error| error.downcast_ref::<hyper::Error>());
    if let Some(reason) = ours.filter(|error| error.is_user()).find_map(std::error::Error::source) {
        // The body that we were to send could not be read.
        return Error::Request { path: path.to_owned(), reason: reason.to_string() };
    }
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

/// An error and what is behind it.
fn sources<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |error| error.source())
}
