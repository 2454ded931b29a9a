//! Opens the connections of the HTTP library: hyperlocal's unix connector, with a deadline of its own.
//! What goes over a connection, and the deadline of the whole call, is the client's.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::Uri;
use hyperlocal::{UnixConnector, UnixStream};
use tower_service::Service;

/// Connects within `limit`, or fails with [`io::ErrorKind::TimedOut`].
///
/// A unix socket whose service is too busy to accept keeps its clients waiting, which is worth telling apart from
/// a service that took the request and works on it.
#[derive(Clone, Debug)]
pub(super) struct Connector {
    pub(super) limit: Duration,
}

impl Service<Uri> for Connector {
    type Response = UnixStream;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<UnixStream>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        UnixConnector.poll_ready(cx)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connecting = UnixConnector.call(uri);
        let limit = self.limit;
        Box::pin(async move {
            match tokio::time::timeout(limit, connecting).await {
                Ok(connected) => connected,
                Err(_) => Err(io::ErrorKind::TimedOut.into()),
            }
        })
    }
}
