//! The connection to a command, with several owners: who types, who reads, and the session, which keeps it open until the
//! command's process is there. A Podman that loses it earlier forgets the command and starts it all the same.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};

use crate::podman::ExecStream;

/// One owner's share. The connection closes with the last one.
#[derive(Debug, Clone)]
pub struct Connection {
    stream: Arc<Mutex<ExecStream>>,
}

impl Connection {
    pub(super) fn new(stream: ExecStream) -> Self {
        Self { stream: Arc::new(Mutex::new(stream)) }
    }

    /// Reads on until the output ends, and forgets it.
    pub(super) async fn drain(mut self) {
        let mut piece = [0; 4096];
        while self.read(&mut piece).await.is_ok_and(|length| length > 0) {}
    }

    /// Held for one system call that does not wait.
    fn lock(&self) -> MutexGuard<'_, ExecStream> {
        self.stream.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.lock()).poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.lock()).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.lock()).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.lock()).poll_shutdown(cx)
    }
}
