//! Reads the journal with `journalctl`, one child process for each task that logs there, from the place that was
//! reached. What stands in the pipe between is all that is read ahead.

use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStdout};
use tokio::time::sleep;

use super::Facts;
use super::cursor::{CursorFile, Place};
use super::entry;
use super::pipes::Pipes;
use crate::plugin::child;

/// How long to wait until a `journalctl` that has ended is started again.
const AGAIN: Duration = Duration::from_secs(1);

/// The longest line that is read, in bytes. Podman's entries are short; an entry of bytes is printed four times as long.
const LONGEST: u64 = 4 << 20;

/// Carries entries for as long as the task goes on.
///
/// Returns only why this cannot be done at all: there is no `journalctl`, or it may not read.
pub(super) async fn carry(
    facts: &Facts,
    cursor: &mut CursorFile,
    pipes: &mut Pipes,
    carried: &AtomicU64,
) -> String {
    let mut ever = false;
    loop {
        let mut child = match start(facts, cursor.place()) {
            Ok(child) => child,
            Err(error) => return error.to_string(),
        };
        if let Some(output) = child.stdout.take() {
            ever |= pass_on(output, cursor, pipes, carried).await;
        }
        match child.wait().await {
            Ok(status) if !status.success() && !ever => return format!("it ended with {status}"),
            _ => sleep(AGAIN).await,
        }
    }
}

fn start(facts: &Facts, place: &Place) -> std::io::Result<Child> {
    let mut command = child::command("journalctl");
    command.args(["--quiet", "--follow", "--no-tail", "--all", "--output=json"]);
    command.arg("--output-fields=MESSAGE,PRIORITY,CONTAINER_PARTIAL_MESSAGE");
    if let Some(folder) = &facts.journal {
        command.arg("--directory").arg(folder);
    }
    match place {
        Place::Beginning => {}
        Place::Since(moment) => {
            let seconds = Timestamp::from_microsecond(*moment).unwrap_or(Timestamp::UNIX_EPOCH);
            command.arg(format!("--since=@{}.{:06}", seconds.as_second(), seconds.subsec_microsecond()));
        }
        Place::After(cursor) => drop(command.arg(format!("--after-cursor={cursor}"))),
        Place::Within(cursor, _) => drop(command.arg(format!("--cursor={cursor}"))),
    }
    command.arg(format!("CONTAINER_ID_FULL={}", facts.container_id)).stdout(Stdio::piped()).spawn()
}

/// Passes on what one `journalctl` prints; whether there was anything.
async fn pass_on(
    output: ChildStdout,
    cursor: &mut CursorFile,
    pipes: &mut Pipes,
    carried: &AtomicU64,
) -> bool {
    let mut output = BufReader::new(output);
    let mut line = Vec::new();
    let mut any = false;
    loop {
        line.clear();
        match (&mut output).take(LONGEST).read_until(b'\n', &mut line).await {
            Ok(length) if length > 0 => {}
            _ => return any,
        }
        let Some(entry) = entry::parse(&line) else { continue };
        let done = match cursor.place() {
            Place::Within(begun, bytes) if *begun == entry.cursor => *bytes,
            _ => 0,
        };
        let mut rest = entry.text.get(done..).unwrap_or_default();
        while !rest.is_empty() {
            let written = pipes.write_some(entry.stderr, rest).await;
            rest = rest.get(written..).unwrap_or_default();
            cursor.set(match entry.text.len() - rest.len() {
                _ if rest.is_empty() => Place::After(entry.cursor.clone()),
                bytes => Place::Within(entry.cursor.clone(), bytes),
            });
            carried.fetch_add(1, Ordering::Relaxed);
        }
        any = true;
    }
}
