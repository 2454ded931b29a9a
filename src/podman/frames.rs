//! The frames in which Podman sends what a process without a terminal writes: a header of eight bytes, then the data.
//! Where the bytes come from, be it an answer's body or a command's connection, is left to the callers.

use bytes::{Buf, BytesMut};
use hyper::body::Bytes;

/// The longest frame of output, in bytes. Podman's are one line, or what was read at once.
const LONGEST_FRAME: usize = 16 << 20;

/// Which of a process's streams a frame is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// Standard input, as some versions echo it.
    Stdin,
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// Podman's own words about a failure.
    Failure,
}

/// A piece of output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Whose it is.
    pub channel: Channel,
    /// The bytes, as the process wrote them.
    pub data: Bytes,
}

/// Takes frames (a header of eight bytes, then the data) out of a stream of bytes, wherever that is cut.
#[derive(Debug, Default)]
pub struct FrameDecoder {
    pending: BytesMut,
}

impl FrameDecoder {
    /// Adds what came.
    pub fn push(&mut self, bytes: &[u8]) {
        self.pending.extend_from_slice(bytes);
    }

    /// The next whole frame, if it is there.
    ///
    /// # Errors
    /// A header that is none; the stream cannot be read on.
    pub fn take(&mut self) -> Result<Option<Frame>, String> {
        let Some([channel, _, _, _, a, b, c, d]) = self.pending.first_chunk::<8>().copied() else {
            return Ok(None);
        };
        let channel = match channel {
            0 => Channel::Stdin,
            1 => Channel::Stdout,
            2 => Channel::Stderr,
            3 => Channel::Failure,
            other => return Err(format!("channel \"{other}\" found, 0-3 supported")),
        };
        let length = u32::from_be_bytes([a, b, c, d]) as usize;
        if length > LONGEST_FRAME {
            return Err(format!("a frame of {length} bytes, at most {LONGEST_FRAME} are read"));
        }
        if self.pending.len() < 8 + length {
            return Ok(None);
        }
        self.pending.advance(8);
        Ok(Some(Frame { channel, data: self.pending.split_to(length).freeze() }))
    }

    /// Whether the stream ended in the middle of a frame.
    pub fn is_cut(&self) -> bool {
        !self.pending.is_empty()
    }
}
