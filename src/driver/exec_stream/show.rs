//! What a client is shown of a command: its output in chunks, the ends of both streams, and its exit code.

use std::time::Duration;

use bytes::Bytes;
use tokio::io::AsyncReadExt;
use tokio::time::sleep;

use super::Answers;
use crate::driver::errors::Failure;
use crate::driver::exec::{Connection, PIECE, broken, from_service, until_reset};
use crate::plugin::generated::driver::{ExecTaskStreamingIoOperation, ExecTaskStreamingResponse, ExitResult};
use crate::podman::{Channel, FrameDecoder};

/// The longest chunk of output in one message, in bytes.
const LONGEST_CHUNK: usize = 32 << 10;

/// How long the output of a command that has ended may be silent until it counts as ended too. Podman closes it within
/// milliseconds, whatever the command left behind that could still write.
const SILENCE: Duration = Duration::from_secs(1);

/// Passes output on until it ends, or until the command has `ended` and nothing more comes.
pub(super) async fn output(
    mut output: Connection,
    tty: bool,
    ended: impl Future<Output = ()>,
    answers: &Answers,
) -> Result<(), Failure> {
    tokio::pin!(ended);
    let mut over = false;
    let mut decoder = FrameDecoder::default();
    let mut piece = vec![0; PIECE];
    loop {
        let read = tokio::select! {
            read = output.read(&mut piece) => until_reset(read).map_err(broken)?,
            () = &mut ended, if !over => {
                over = true;
                continue;
            }
            () = sleep(SILENCE), if over => return Ok(()),
        };
        let Some(bytes) = piece.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        if tty {
            send(answers, chunk(Channel::Stdout, Bytes::copy_from_slice(bytes))).await?;
            continue;
        }
        decoder.push(bytes);
        while let Some(mut frame) = decoder.take().map_err(Failure::new)? {
            if frame.channel == Channel::Failure {
                return Err(from_service(&frame.data));
            }
            while !frame.data.is_empty() {
                let data = frame.data.split_to(frame.data.len().min(LONGEST_CHUNK));
                send(answers, chunk(frame.channel, data)).await?;
            }
        }
    }
    if decoder.is_cut() {
        return Err(broken("it ended in the middle of the output"));
    }
    Ok(())
}

/// The last messages: both streams have ended, and then how the command did.
pub(super) async fn exit(answers: &Answers, exit_code: i32) -> Result<(), Failure> {
    let closed = || Some(ExecTaskStreamingIoOperation { close: true, ..Default::default() });
    send(answers, ExecTaskStreamingResponse { stdout: closed(), ..Default::default() }).await?;
    send(answers, ExecTaskStreamingResponse { stderr: closed(), ..Default::default() }).await?;
    let result = Some(ExitResult { exit_code, ..Default::default() });
    send(answers, ExecTaskStreamingResponse { exited: true, result, ..Default::default() }).await
}

fn chunk(channel: Channel, data: Bytes) -> ExecTaskStreamingResponse {
    let data = Some(ExecTaskStreamingIoOperation { data, close: false });
    match channel {
        Channel::Stderr => ExecTaskStreamingResponse { stderr: data, ..Default::default() },
        Channel::Stdin | Channel::Stdout | Channel::Failure => {
            ExecTaskStreamingResponse { stdout: data, ..Default::default() }
        }
    }
}

async fn send(answers: &Answers, answer: ExecTaskStreamingResponse) -> Result<(), Failure> {
    answers.send(Ok(answer)).await.map_err(|_| Failure::new("the client has gone"))
}
