//! How long a call may take, phase by phase. A phase without a limit is one that may rightly take for ever, such as
//! waiting for a container to end.

use std::time::Duration;

use tokio::time::Instant;

/// The limits of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// For opening the connection.
    pub connect: Duration,
    /// From then until the answer begins. Where a body is streamed, each of its pieces starts the time anew.
    pub first_byte: Option<Duration>,
    /// Between two pieces of the answer's body.
    pub idle: Option<Duration>,
    /// For the whole call: connecting, sending, and reading the answer to its end.
    pub total: Option<Duration>,
}

impl Default for Deadlines {
    /// 5 s to connect, 60 s to the first byte, 60 s between pieces, no limit for the whole.
    fn default() -> Self {
        let minute = Some(Duration::from_secs(60));
        Self { connect: Duration::from_secs(5), first_byte: minute, idle: minute, total: None }
    }
}

impl Deadlines {
    /// The same without any limit but that for connecting: for what may take as long as a container runs.
    pub fn open_ended(self) -> Self {
        Self { first_byte: None, idle: None, total: None, ..self }
    }

    /// The same with a limit for the whole, and none for the phases after connecting.
    pub fn within(self, total: Duration) -> Self {
        Self { first_byte: None, idle: None, total: Some(total), ..self }
    }
}

/// The part of a call whose limit has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Opening the connection.
    Connect,
    /// Waiting for the answer to begin.
    FirstByte,
    /// Waiting for its next piece.
    Idle,
    /// The whole call.
    Whole,
}

/// That much later; some decades where the clock ends before.
pub(super) fn after(start: Instant, limit: Duration) -> Instant {
    const DECADES: Duration = Duration::from_secs(30 * 365 * 24 * 3600);
    start.checked_add(limit).unwrap_or_else(|| start + DECADES)
}
