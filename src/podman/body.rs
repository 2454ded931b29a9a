//! Bodies of requests: nothing, JSON, or a stream that is sent as it comes and tells when it last moved.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Bytes, Frame};
use tokio::time::Instant;

/// A body as the HTTP library takes it.
pub(super) type Body = UnsyncBoxBody<Bytes, io::Error>;

/// What a request carries.
pub(super) enum Payload {
    /// Something that is there already.
    Whole(Bytes),
    /// Something that comes.
    Coming(Body, Sent),
}

impl Payload {
    /// A stream of pieces.
    pub(super) fn coming(pieces: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> Self {
        let sent = Sent { began: Instant::now(), after: Arc::new(AtomicU64::new(0)) };
        let moved = sent.clone();
        let frames = pieces.map(move |piece| {
            moved.now();
            piece.map(Frame::data)
        });
        Payload::Coming(StreamBody::new(frames).boxed_unsync(), sent)
    }

    /// For the HTTP library, and what tells how it goes on.
    pub(super) fn sending(self) -> (Body, Option<Sent>) {
        match self {
            Payload::Whole(bytes) => (whole(bytes), None),
            Payload::Coming(body, sent) => (body, Some(sent)),
        }
    }
}

/// Bodies may hold what nobody should read in a log.
impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Payload")
    }
}

/// A body that is there already.
pub(super) fn whole(bytes: Bytes) -> Body {
    Full::new(bytes).map_err(|never: Infallible| match never {}).boxed_unsync()
}

/// When a piece of a stream last went out.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    began: Instant,
    /// Milliseconds after that.
    after: Arc<AtomicU64>,
}

impl Sent {
    pub(super) fn last(&self) -> Instant {
        self.began + Duration::from_millis(self.after.load(Ordering::Relaxed))
    }

    fn now(&self) {
        let after = u64::try_from(self.began.elapsed().as_millis()).unwrap_or_default();
        self.after.store(after, Ordering::Relaxed);
    }
}
