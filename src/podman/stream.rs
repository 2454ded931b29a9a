//! Bodies of answers as they come: pieces, lines of JSON, frames of output (which `frames.rs` takes apart).
//! What is kept in memory has a limit, and a stream that goes beyond it ends with an error.

use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::{Buf, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Bytes, Incoming};
use serde::de::DeserializeOwned;
use tokio::time::{Instant, timeout_at};

use super::deadlines::{Phase, after};
use super::error::Error;
use super::frames::{Frame, FrameDecoder};
use super::transport::broken;

/// The longest line of a JSON stream, in bytes. An event carries all labels of its container.
const LONGEST_LINE: usize = 4 << 20;

/// A body, piece by piece. Dropping it closes the connection, unless it was read to its end.
#[derive(Debug)]
pub struct Chunks {
    body: Incoming,
    socket: PathBuf,
    /// What was asked, for errors.
    path: String,
    idle: Option<Duration>,
    end: Option<(Instant, Duration)>,
}

impl Chunks {
    pub(super) fn new(
        body: Incoming,
        socket: &Path,
        path: &str,
        idle: Option<Duration>,
        end: Option<(Instant, Duration)>,
    ) -> Self {
        Self { body, socket: socket.to_owned(), path: path.to_owned(), idle, end }
    }

    /// The next piece; `None` at the end. Nothing is lost where the future is dropped before it is ready.
    ///
    /// # Errors
    /// [`Error::Transport`] where the connection breaks before the end, [`Error::Deadline`].
    pub async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        loop {
            let Some(frame) = self.frame().await? else { return Ok(None) };
            // Trailers are of no interest.
            if let Ok(data) = frame.into_data()
                && !data.is_empty()
            {
                return Ok(Some(data));
            }
        }
    }

    async fn frame(&mut self) -> Result<Option<hyper::body::Frame<Bytes>>, Error> {
        let idle = self.idle.map(|limit| (after(Instant::now(), limit), limit, Phase::Idle));
        let end = self.end.map(|(end, limit)| (end, limit, Phase::Whole));
        let nearest = [idle, end].into_iter().flatten().min_by_key(|(at, _, _)| *at);
        let next = self.body.frame();
        let frame = match nearest {
            None => next.await,
            Some((at, limit, phase)) => match timeout_at(at, next).await {
                Ok(frame) => frame,
                Err(_) => return Err(Error::Deadline { socket: self.socket.clone(), phase, limit }),
            },
        };
        frame.transpose().map_err(|error| broken(&self.socket, &error))
    }

    /// All that is left, if it is not longer than this.
    pub(super) async fn collect(mut self, longest: usize) -> Result<Bytes, Error> {
        let Some(first) = self.next().await? else { return Ok(Bytes::new()) };
        let Some(second) = self.next().await? else { return Ok(first) };
        let mut all = BytesMut::from(first.as_ref());
        all.extend_from_slice(&second);
        while let Some(more) = self.next().await? {
            if all.len() + more.len() > longest {
                return Err(too_long(&self.path, "the answer", longest));
            }
            all.extend_from_slice(&more);
        }
        Ok(all.freeze())
    }
}

/// A stream of JSON values, one a line.
#[derive(Debug)]
pub struct JsonLines {
    chunks: Chunks,
    pending: BytesMut,
    /// How much of `pending` is known to have no end of line.
    searched: usize,
    ended: bool,
}

impl JsonLines {
    pub(super) fn new(chunks: Chunks) -> Self {
        Self { chunks, pending: BytesMut::new(), searched: 0, ended: false }
    }

    /// The next value; `None` at the end. Nothing is lost where the future is dropped before it is ready.
    ///
    /// # Errors
    /// As [`Chunks::next`], and [`Error::Answer`] for a line that is not such a value.
    pub async fn next<T: DeserializeOwned>(&mut self) -> Result<Option<T>, Error> {
        loop {
            let Some(line) = self.line().await? else { return Ok(None) };
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            return serde_json::from_slice(&line).map(Some).map_err(|error| Error::Answer {
                path: self.chunks.path.clone(),
                reason: error.to_string(),
            });
        }
    }

    async fn line(&mut self) -> Result<Option<Bytes>, Error> {
        loop {
            let fresh = self.pending.get(self.searched..).unwrap_or_default();
            if let Some(end) = fresh.iter().position(|byte| *byte == b'\n') {
                let line = self.pending.split_to(self.searched + end);
                self.pending.advance(1);
                self.searched = 0;
                return Ok(Some(line.freeze()));
            }
            self.searched = self.pending.len();
            if self.searched > LONGEST_LINE {
                return Err(too_long(&self.chunks.path, "a line of it", LONGEST_LINE));
            }
            if self.ended {
                self.searched = 0;
                let rest = self.pending.split();
                return Ok(Some(rest.freeze()).filter(|rest| !rest.is_empty()));
            }
            match self.chunks.next().await? {
                Some(chunk) => self.pending.extend_from_slice(&chunk),
                None => self.ended = true,
            }
        }
    }
}

/// A stream of frames.
#[derive(Debug)]
pub struct Frames {
    chunks: Chunks,
    decoder: FrameDecoder,
}

impl Frames {
    pub(super) fn new(chunks: Chunks) -> Self {
        Self { chunks, decoder: FrameDecoder::default() }
    }

    /// The next frame; `None` at the end. Nothing is lost where the future is dropped before it is ready.
    ///
    /// # Errors
    /// As [`Chunks::next`], and [`Error::Answer`] for what is no frame, or the half of one.
    pub async fn next(&mut self) -> Result<Option<Frame>, Error> {
        loop {
            match self.decoder.take() {
                Ok(Some(frame)) => return Ok(Some(frame)),
                Ok(None) => {}
                Err(reason) => return Err(self.wrong(reason)),
            }
            match self.chunks.next().await? {
                Some(chunk) => self.decoder.push(&chunk),
                None if self.decoder.is_cut() => {
                    return Err(self.wrong("it ends in the middle of a frame".to_owned()));
                }
                None => return Ok(None),
            }
        }
    }

    fn wrong(&self, reason: String) -> Error {
        Error::Answer { path: self.chunks.path.clone(), reason }
    }
}

fn too_long(path: &str, what: &str, longest: usize) -> Error {
    let reason = format!("{what} is longer than {longest} bytes");
    Error::Answer { path: path.to_owned(), reason }
}
