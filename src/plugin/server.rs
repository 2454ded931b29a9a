//! The gRPC server on the plugin's socket: which services, which limits, and that no connection and no failed accept
//! ends it. Clients come and go; only the controller's word or a signal ends the program.

use std::convert::Infallible;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::stream::{self, Stream};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{UnixListener, UnixStream};
use tokio_util::sync::{CancellationToken, DropGuard};
use tonic::transport::server::Connected;

use super::panics::CatchPanics;
use super::{broker, controller, health, reflection, stdio};

pub use tonic::service::Routes;

/// Bytes of a message that is read; what is sent has no limit. A Go plugin reads up to 4 MiB.
pub const MAX_MESSAGE: usize = 256 << 20;
/// Calls that a client may have given up before they were looked at: an agent that ends gives up all of them at once.
const GIVEN_UP: usize = 1 << 16;
/// Bytes that all calls of a connection together may have on their way, the most that HTTP/2 knows; each call has a limit
/// of its own. h2 closes a connection with too many small messages that nobody has read yet, and half of this is what it
/// allows them: with hyper's 1 MiB an agent that sends two thousand requests while we are busy would lose all its calls.
const WINDOW: u32 = (1 << 31) - 1;
/// How long to wait when no connection can be accepted, say for want of descriptors.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

/// Serves these services beside go-plugin's own. `end` is cancelled when the host says that the program is to end.
///
/// # Errors
/// The server could not be set up.
pub async fn serve(
    socket: UnixListener,
    services: Routes,
    end: CancellationToken,
) -> Result<(), tonic::transport::Error> {
    let services = services
        .add_service(health::service())
        .add_service(controller::service(end))
        .add_service(stdio::service())
        .add_service(broker::service())
        .add_service(reflection::V1::default())
        .add_service(reflection::V1Alpha::default());
    serve_services(socket, services).await
}

/// Serves these services alone, for ever.
///
/// # Errors
/// The server could not be set up.
pub async fn serve_services(socket: UnixListener, services: Routes) -> Result<(), tonic::transport::Error> {
    tonic::transport::Server::builder()
        // Each task holds two or three open calls; hyper's own limit would make the hundredth task hang.
        .max_concurrent_streams(u32::MAX)
        .http2_max_pending_accept_reset_streams(Some(GIVEN_UP))
        .http2_max_local_error_reset_streams(Some(GIVEN_UP))
        .initial_connection_window_size(WINDOW)
        .http2_keepalive_interval(None)
        .layer(CatchPanics)
        .add_routes(services)
        .serve_with_incoming(connections(socket))
        .await
}

/// All connections that will ever be.
fn connections(socket: UnixListener) -> impl Stream<Item = Result<Connection, Infallible>> {
    stream::unfold(socket, |socket| async move {
        let mut complained = false;
        loop {
            match socket.accept().await {
                Ok((stream, _)) => return Some((Ok(Connection::new(stream)), socket)),
                Err(error) => {
                    if !std::mem::replace(&mut complained, true) {
                        let error = &error as &dyn std::error::Error;
                        tracing::warn!(error, "no connection can be accepted for the moment");
                    }
                    tokio::time::sleep(ACCEPT_AGAIN).await;
                }
            }
        }
    })
}

/// The client of a call, as its handler sees it.
#[derive(Debug, Clone)]
pub struct Peer {
    closed: CancellationToken,
}

impl Peer {
    /// Waits until its connection is closed.
    pub async fn closed(&self) {
        self.closed.cancelled().await;
    }
}

/// A connection that tells when it is gone.
#[derive(Debug)]
struct Connection {
    stream: UnixStream,
    closed: CancellationToken,
    /// Cancels the token when the connection is dropped.
    _guard: DropGuard,
}

impl Connection {
    fn new(stream: UnixStream) -> Self {
        let closed = CancellationToken::new();
        Self { stream, closed: closed.clone(), _guard: closed.drop_guard() }
    }

    fn stream(self: Pin<&mut Self>) -> Pin<&mut UnixStream> {
        Pin::new(&mut self.get_mut().stream)
    }
}

impl Connected for Connection {
    type ConnectInfo = Peer;

    fn connect_info(&self) -> Peer {
        Peer { closed: self.closed.clone() }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.stream().poll_read(cx, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.stream().poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_shutdown(cx)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.stream().poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
