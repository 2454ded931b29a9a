//! What a client sends while a command runs, one thing at a time. Messages are told apart by what is set in them, and one
//! may carry several things; one with nothing is a sign of life.

use std::collections::VecDeque;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use tonic::Status;

use crate::driver::errors::Failure;
use crate::plugin::generated::driver::ExecTaskStreamingRequest;
use crate::plugin::generated::driver::exec_task_streaming_request::{Setup, TerminalSize};
use crate::podman::TtySize;

/// One thing.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Request {
    /// What to run.
    Setup(Setup),
    /// How large the terminal is now.
    Size(TtySize),
    /// Input for the command.
    Input(Bytes),
    /// The command's input has ended.
    Close,
    /// The client will send nothing more.
    End,
}

/// The requests of one stream.
#[derive(Debug)]
pub(super) struct Requests<R> {
    stream: R,
    queued: VecDeque<Request>,
}

impl<R> Requests<R>
where
    R: Stream<Item = Result<ExecTaskStreamingRequest, Status>> + Unpin,
{
    pub(super) fn new(stream: R) -> Self {
        Self { stream, queued: VecDeque::new() }
    }

    /// The first thing; `None` for a message with nothing in it, which may come later but not first.
    ///
    /// # Errors
    /// The stream broke, most often because the client has gone.
    pub(super) async fn first(&mut self) -> Result<Option<Request>, Failure> {
        self.read().await?;
        Ok(self.queued.pop_front())
    }

    /// The next thing. Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// The stream broke, most often because the client has gone.
    pub(super) async fn next(&mut self) -> Result<Request, Failure> {
        loop {
            if let Some(request) = self.queued.pop_front() {
                return Ok(request);
            }
            self.read().await?;
        }
    }

    /// Reads one message.
    async fn read(&mut self) -> Result<(), Failure> {
        match self.stream.next().await {
            None => self.queued.push_back(Request::End),
            Some(Ok(message)) => self.queued.extend(parts(message)),
            Some(Err(status)) => {
                return Err(Failure::new(format!("the client's stream broke: {}", status.message())));
            }
        }
        Ok(())
    }
}

fn parts(message: ExecTaskStreamingRequest) -> impl Iterator<Item = Request> {
    let setup = message.setup.map(Request::Setup);
    let size = message.tty_size.and_then(size).map(Request::Size);
    let input = message.stdin.and_then(|stdin| match stdin.close {
        true => Some(Request::Close),
        false => Some(stdin.data).filter(|data| !data.is_empty()).map(Request::Input),
    });
    [setup, size, input].into_iter().flatten()
}

/// A size that a terminal can have.
fn size(size: TerminalSize) -> Option<TtySize> {
    let side = |length: i32| u16::try_from(length.min(i32::from(u16::MAX))).ok().filter(|length| *length > 0);
    Some(TtySize { height: side(size.height)?, width: side(size.width)? })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use tonic::Status;

    use super::{Request, Requests};
    use crate::plugin::generated::driver::exec_task_streaming_request::{Setup, TerminalSize};
    use crate::plugin::generated::driver::{ExecTaskStreamingIoOperation, ExecTaskStreamingRequest};
    use crate::podman::TtySize;

    fn stdin(data: &'static [u8], close: bool) -> ExecTaskStreamingRequest {
        let stdin = Some(ExecTaskStreamingIoOperation { data: data.into(), close });
        ExecTaskStreamingRequest { stdin, ..Default::default() }
    }

    fn sized(height: i32, width: i32) -> ExecTaskStreamingRequest {
        let tty_size = Some(TerminalSize { height, width });
        ExecTaskStreamingRequest { tty_size, ..Default::default() }
    }

    #[tokio::test]
    async fn messages_are_told_apart_by_what_is_set_in_them() {
        let setup = Setup { task_id: "t".to_owned(), command: vec!["sh".to_owned()], tty: true };
        let both = ExecTaskStreamingRequest { setup: Some(setup.clone()), ..sized(24, 80) };
        let messages = [
            both,
            ExecTaskStreamingRequest::default(),
            sized(0, 80),
            sized(i32::MIN, i32::MAX),
            sized(i32::MAX, 1),
            stdin(b"", false),
            stdin(b"text", false),
            stdin(b"ignored", true),
        ];
        let mut requests = Requests::new(futures_util::stream::iter(messages.map(Ok)));
        let mut seen = Vec::new();
        while seen.last() != Some(&Request::End) {
            seen.push(requests.next().await.unwrap());
        }
        let expected = [
            Request::Setup(setup),
            Request::Size(TtySize { height: 24, width: 80 }),
            Request::Size(TtySize { height: u16::MAX, width: 1 }),
            Request::Input("text".into()),
            Request::Close,
            Request::End,
        ];
        assert_eq!(seen, expected);
    }

    #[tokio::test]
    async fn a_client_that_goes_is_an_error() {
        let gone = futures_util::stream::iter([Err(Status::cancelled("reset"))]);
        let failure = Requests::new(gone).next().await.unwrap_err();
        assert_eq!(failure.message(), "the client's stream broke: reset");
    }
}
