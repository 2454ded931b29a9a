//! Commands in running containers. A command whose output is wanted gets a connection of its own, which becomes a plain
//! stream of bytes both ways once Podman has agreed.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::{fmt, io};

use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{CONNECTION, CONTENT_TYPE, HOST, UPGRADE};
use hyper::upgrade::Upgraded;
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::UnixStream;
use tokio::time::timeout;

use super::Client;
use super::answer::Opened;
use super::body::{self, Body};
use super::deadlines::Phase;
use super::error::Error;
use super::lenient::lenient;
use super::names::{Query, escaped};
use super::stream::Chunks;
use super::transport::unanswered;

/// A command.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ExecConfig {
    /// Program and arguments.
    #[serde(rename = "Cmd")]
    pub command: Vec<String>,
    /// Whether it gets a terminal.
    pub tty: bool,
    /// Whether its input comes from us.
    pub attach_stdin: bool,
    /// Whether its output goes to us.
    pub attach_stdout: bool,
    /// Whether its error output goes to us.
    pub attach_stderr: bool,
    /// Variables as `NAME=value`, above the container's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<String>,
    /// User, or user and group; the container's where empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub user: String,
    /// Folder to start in; the container's where empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub working_dir: String,
}

/// The size of a terminal, in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TtySize {
    /// Lines.
    pub height: u16,
    /// Columns.
    pub width: u16,
}

/// Where a command stands.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ExecState {
    /// Whether it runs. Of a command that nobody is attached to, Podman goes on to say so for minutes after its end.
    #[serde(deserialize_with = "lenient")]
    pub running: bool,
    /// Its exit code, once it has ended.
    #[serde(deserialize_with = "lenient")]
    pub exit_code: i32,
    /// The host's ID of its process while it runs; 0 otherwise.
    #[serde(deserialize_with = "lenient")]
    pub pid: u32,
}

/// A running command's input and output. Shutting the writing half down ends the command's input and nothing else.
/// Dropping it does not end the command.
pub struct ExecStream {
    io: TokioIo<Upgraded>,
}

impl Client {
    /// Prepares a command and gives its ID.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn create_exec(&self, container: &str, config: &ExecConfig) -> Result<String, Error> {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Made {
            #[serde(rename = "Id", alias = "ID", deserialize_with = "lenient")]
            id: String,
        }
        let path = format!("/containers/{}/exec", escaped(container));
        let body = serde_json::to_vec(config).unwrap_or_default();
        let answer = self.successful(Method::POST, &path, body.into(), self.deadlines).await?;
        let Made { id } = answer.decode(&path)?;
        if id.is_empty() {
            return Err(Error::Answer { path, reason: "it has no Id".to_owned() });
        }
        Ok(id)
    }

    /// Starts a command and is attached to it.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn start_exec(&self, id: &str, tty: bool, size: Option<TtySize>) -> Result<ExecStream, Error> {
        let path = format!("/exec/{}/start", escaped(id));
        let mut body = json!({"Detach": false, "Tty": tty});
        if let (Some(size), Some(body)) = (size.filter(|_| tty), body.as_object_mut()) {
            body.insert("h".to_owned(), size.height.into());
            body.insert("w".to_owned(), size.width.into());
        }
        self.hijacked(&path, body.to_string().into()).await
    }

    /// Tells a command's terminal its size.
    ///
    /// # Errors
    /// Any [`Error`]; right after the start it may be too early, and [`Error::is_wrong_state`].
    pub async fn resize_exec(&self, id: &str, size: TtySize) -> Result<(), Error> {
        let path = Query::of(format!("/exec/{}/resize", escaped(id)))
            .with("h", size.height)
            .with("w", size.width)
            .done();
        self.successful(Method::POST, &path, Bytes::from_static(b"{}"), self.deadlines).await.map(drop)
    }

    /// Where a command stands; `None` once Podman has forgotten it.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn inspect_exec(&self, id: &str) -> Result<Option<ExecState>, Error> {
        self.find(&format!("/exec/{}/json", escaped(id))).await
    }

    /// Makes Podman forget a command, which it otherwise keeps for minutes. Before Podman 4.8 there is no such request,
    /// and nothing happens.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn remove_exec(&self, id: &str) -> Result<(), Error> {
        let path = format!("/exec/{}/remove", escaped(id));
        let body = Bytes::from_static(b"{\"Force\":true}");
        match self.successful(Method::POST, &path, body, self.deadlines).await {
            Err(error) if !error.is_absent() => Err(error),
            _ => Ok(()),
        }
    }

    /// Sends a request over a connection of its own, which afterwards is no HTTP any more.
    async fn hijacked(&self, path: &str, body: Bytes) -> Result<ExecStream, Error> {
        let whole = self.checked(path)?;
        let io = TokioIo::new(self.connected().await?);
        let request = Request::builder()
            .method(Method::POST)
            .uri(whole)
            .header(HOST, "d")
            .header(CONTENT_TYPE, "application/json")
            .header(CONNECTION, "Upgrade")
            .header(UPGRADE, "tcp")
            .body(body::whole(body))
            .map_err(|error| Error::Request { path: path.to_owned(), reason: error.to_string() })?;
        let handing_over = self.handed_over(path, io, request);
        match self.deadlines.first_byte {
            None => handing_over.await,
            Some(limit) => {
                timeout(limit, handing_over).await.unwrap_or_else(|_| Err(self.late(Phase::FirstByte, limit)))
            }
        }
    }

    async fn handed_over(
        &self,
        path: &str,
        io: TokioIo<UnixStream>,
        request: Request<Body>,
    ) -> Result<ExecStream, Error> {
        let failed = |error: hyper::Error| unanswered(&self.socket, path, &error);
        let (mut sender, connection) = http1::handshake(io).await.map_err(failed)?;
        // It ends by itself: with the upgrade, or with the connection.
        tokio::spawn(connection.with_upgrades());
        let response = sender.send_request(request).await.map_err(failed)?;
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            let upgraded = hyper::upgrade::on(response).await.map_err(failed)?;
            return Ok(ExecStream { io: TokioIo::new(upgraded) });
        }
        let (head, body) = response.into_parts();
        let chunks = Chunks::new(body, &self.socket, path, self.deadlines.idle, None);
        let (status, headers) = (head.status.as_u16(), head.headers);
        if head.status.is_success() {
            let reason = "it does not hand the connection over".to_owned();
            return Err(Error::Answer { path: path.to_owned(), reason });
        }
        Err(Opened { status, headers, chunks }.whole().await?.refusal(path))
    }
}

impl fmt::Debug for ExecStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExecStream")
    }
}

impl AsyncRead for ExecStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buf)
    }
}

impl AsyncWrite for ExecStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}
