//! The body of a load, from whoever reads an archive to the client that sends it. It ends well only where the reader says
//! so, and its last piece is held back until then: whatever else happens breaks the request off, and Podman, which takes
//! a whole body before it looks at it, loads nothing.

use std::io;

use bytes::Bytes;
use futures_util::{Stream, stream};
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;

use super::passage::Passage;
use super::source::Wanted;
use crate::driver::digest::hexadecimal;
use crate::driver::errors::Failure;
use crate::driver::image::progress::Progress;

/// So many pieces wait for being sent. They have some hundred kilobytes each.
const WAITING: usize = 1;
/// Progress is told each so many bytes.
const STEP: u64 = 64 << 20;

/// The end that is written to.
#[derive(Debug)]
pub(super) struct Writer {
    /// `None` is the end.
    to: mpsc::Sender<Option<Bytes>>,
    held: Option<Bytes>,
    sent: u64,
    /// How long it will be, in bytes, if it is known.
    total: Option<u64>,
    progress: Progress,
}

/// A body, and the end that writes it.
pub(super) fn body(
    total: Option<u64>,
    progress: Progress,
) -> (Writer, impl Stream<Item = io::Result<Bytes>> + Send + 'static) {
    let (to, from) = mpsc::channel(WAITING);
    let writer = Writer { to, held: None, sent: 0, total, progress };
    let pieces = stream::unfold(Some(from), |from| async {
        let mut from = from?;
        match from.recv().await {
            Some(Some(piece)) => Some((Ok(piece), Some(from))),
            Some(None) => None,
            None => Some((Err(io::Error::other("the archive is broken off")), None)),
        }
    });
    (writer, pieces)
}

impl Writer {
    /// Writes a piece, when there is room.
    pub(super) async fn write(&mut self, piece: Bytes) {
        if piece.is_empty() {
            return;
        }
        let length = u64::try_from(piece.len()).unwrap_or_default();
        if let Some(held) = self.held.replace(piece) {
            self.send(Some(held)).await;
        }
        let before = self.sent;
        self.sent += length;
        if before / STEP != self.sent / STEP {
            self.progress.tell(amount(self.sent, self.total));
        }
    }

    /// Ends the body well.
    pub(super) async fn end(mut self) {
        let held = self.held.take();
        if held.is_some() {
            self.send(held).await;
        }
        self.send(None).await;
        let all = self.sent.div_ceil(1 << 20);
        self.progress.tell(format!("all {all} MB were sent, and Podman unpacks them"));
    }

    /// Where nobody reads any more, Podman has said why, and that is what counts.
    async fn send(&self, piece: Option<Bytes>) {
        if self.to.send(piece).await.is_err() {
            std::future::pending().await
        }
    }
}

fn amount(sent: u64, total: Option<u64>) -> String {
    let sent = sent >> 20;
    match total {
        Some(total) => format!("{sent} of {} MB were sent to Podman", total >> 20),
        None => format!("{sent} MB were sent to Podman"),
    }
}

/// A tar on its way into a body: looked at, and held against its checksum.
#[derive(Debug)]
pub(super) struct Intake<'w> {
    wanted: &'w Wanted,
    hash: Option<Sha256>,
    passage: Passage,
    writer: Writer,
}

impl<'w> Intake<'w> {
    /// Into this writer.
    pub(super) fn new(wanted: &'w Wanted, writer: Writer) -> Self {
        let passage = Passage::new(wanted.format, wanted.member.as_deref());
        Self { wanted, hash: wanted.checksum.as_ref().map(|_| Sha256::new()), passage, writer }
    }

    /// Takes the next piece.
    pub(super) async fn take(&mut self, piece: Bytes) -> Result<(), Failure> {
        if let Some(hash) = &mut self.hash {
            hash.update(&piece);
        }
        let mut pieces = Vec::new();
        self.passage.push(piece, &mut pieces).map_err(|damage| self.wanted.refused(&damage))?;
        for piece in pieces {
            self.writer.write(piece).await;
        }
        Ok(())
    }

    /// Ends the body, if it was the right archive.
    pub(super) async fn finish(mut self) -> Result<(), Failure> {
        if let Some(hash) = self.hash.take() {
            let found = hexadecimal(&hash.finalize());
            if self.wanted.checksum.as_ref() != Some(&found) {
                return Err(self.wanted.mismatch(&found));
            }
        }
        self.passage.finish().map_err(|damage| self.wanted.refused(&damage))?;
        self.writer.end().await;
        Ok(())
    }
}
