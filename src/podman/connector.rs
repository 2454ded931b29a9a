//! Opens connections: hyperlocal's unix connector for the pool, with a limit of its own, and what it takes to keep to
//! that limit. What goes over a connection, and the limits of the whole call, is the client's.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::Uri;
use hyperlocal::{UnixConnector, UnixStream};
use tokio::time::{sleep, timeout};
use tower_service::Service;

/// Connects within `limit`, or fails with [`io::ErrorKind::TimedOut`].
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
        let limit = self.limit;
        Box::pin(async move { within(limit, || UnixConnector.call(uri.clone())).await })
    }
}

/// Tries until there is a connection, the system says why there cannot be one, or the time is over.
///
/// A service that is too busy to accept, or hangs, is told by a full queue. Linux then refuses a socket that does not
/// block, at once and without a way to be told when there is room: so it is asked again.
pub(super) async fn within<T, F>(limit: Duration, mut connect: impl FnMut() -> F) -> io::Result<T>
where
    F: Future<Output = io::Result<T>>,
{
    let trying = async {
        let mut pause = Duration::from_millis(1);
        loop {
            match connect().await {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => sleep(pause).await,
                other => return other,
            }
            pause = (pause * 2).min(Duration::from_millis(100));
        }
    };
    timeout(limit, trying).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}
