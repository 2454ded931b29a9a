//! `ExecTask`: a command in a task's container, its output and its exit code, within a time limit. Streams of commands
//! that somebody types into are `exec_stream`'s.

mod connection;
mod session;
mod tail;

use std::io;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::time::timeout;

pub use connection::Connection;
pub use session::Session;
pub use tail::{LONGEST, Tail};

use super::errors::Failure;
use super::task::Task;
use crate::plugin::generated::driver::{ExecTaskResponse, ExitResult};
use crate::podman::{Channel, ExecConfig, FrameDecoder};

/// How long a command that was killed gets until its output has ended. It takes some milliseconds.
const DYING: Duration = Duration::from_secs(5);

/// How much is read at once, in bytes.
pub(super) const PIECE: usize = 16 << 10;

/// Runs a command to its end. Of its output and its error output the last [`LONGEST`] bytes each are kept. A `limit` of
/// zero, or none, is no limit. Dropping the future ends the command.
///
/// # Errors
/// The task has ended; Podman refuses the command; the limit has passed, and then the command is ended. A program that
/// is not there is no error: Podman says so in the error output, with exit code 127 (126: it is no program).
pub async fn run(
    task: &Task,
    command: Vec<String>,
    limit: Option<Duration>,
) -> Result<ExecTaskResponse, Failure> {
    let shown = command.join(" ");
    let Some(limit) = limit.filter(|limit| !limit.is_zero()) else { return to_the_end(task, command).await };
    let mut session = None;
    let running = attached(task, command, &mut session);
    match timeout(limit, running).await {
        Ok(done) => done,
        Err(_) => {
            let fate = match session {
                None => "it had not started yet".to_owned(),
                Some(session) => match timeout(DYING, session.end()).await {
                    Ok(Ok(())) => "it was killed".to_owned(),
                    Ok(Err(reason)) => format!("it may still run: {reason}"),
                    Err(_) => "it may still run: Podman does not answer".to_owned(),
                },
            };
            Err(Failure::new(format!(
                "context deadline exceeded: the command {shown:?} did not end within {limit:?}, and {fate}"
            )))
        }
    }
}

async fn to_the_end(task: &Task, command: Vec<String>) -> Result<ExecTaskResponse, Failure> {
    attached(task, command, &mut None).await
}

/// Runs the command. Its session lies with the caller, who may give up waiting and end it.
async fn attached(
    task: &Task,
    command: Vec<String>,
    place: &mut Option<Session>,
) -> Result<ExecTaskResponse, Failure> {
    let config = ExecConfig { command, attach_stdout: true, attach_stderr: true, ..ExecConfig::default() };
    let session = place.insert(Session::create(task, &config).await?);
    let output = session.start(None).await?;
    let (stdout, stderr) = collect(output).await?;
    let exit_code = session.exit_code().await?;
    let result = ExitResult { exit_code, ..ExitResult::default() };
    Ok(ExecTaskResponse {
        stdout: stdout.into_bytes().into(),
        stderr: stderr.into_bytes().into(),
        result: Some(result),
    })
}

/// Reads both outputs to their end.
async fn collect(mut output: Connection) -> Result<(Tail, Tail), Failure> {
    let (mut stdout, mut stderr) = (Tail::default(), Tail::default());
    let mut decoder = FrameDecoder::default();
    let mut piece = vec![0; PIECE];
    loop {
        let read = until_reset(output.read(&mut piece).await).map_err(broken)?;
        let Some(bytes) = piece.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        decoder.push(bytes);
        while let Some(frame) = decoder.take().map_err(Failure::new)? {
            match frame.channel {
                Channel::Stdin | Channel::Stdout => stdout.push(&frame.data),
                Channel::Stderr => stderr.push(&frame.data),
                Channel::Failure => return Err(from_service(&frame.data)),
            }
        }
    }
    if decoder.is_cut() {
        return Err(broken("it ended in the middle of the output"));
    }
    Ok((stdout, stderr))
}

/// What a read of output gave. Podman closes a connection on whose other direction something still lies that the command
/// did not read; that comes after all output, and is its end.
pub(super) fn until_reset(read: io::Result<usize>) -> io::Result<usize> {
    match read {
        Err(error) if error.kind() == io::ErrorKind::ConnectionReset => Ok(0),
        read => read,
    }
}

/// The connection to Podman broke.
pub(super) fn broken(reason: impl std::fmt::Display) -> Failure {
    Failure::new(format!("the connection to the command in the container broke: {reason}"))
}

/// Podman tells of a failure in the stream itself.
pub(super) fn from_service(text: &[u8]) -> Failure {
    Failure::new(format!("error from service from stream: {}", String::from_utf8_lossy(text).trim()))
}
