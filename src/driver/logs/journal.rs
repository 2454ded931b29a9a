//! Reads the journal with `journalctl`, one child process for each task that logs there, from the place that was
//! reached. What stands in the pipe between is all that is read ahead.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use jiff::Timestamp;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStdout};
use tokio::time::sleep;

use super::carrier::Carrier;
use super::cursor::Place;
use super::{Facts, Progress, entry};
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
    folder: Option<&Path>,
    carrier: &mut Carrier,
    progress: &Progress,
) -> String {
    let mut ever = false;
    loop {
        let mut child = match start(facts, folder, carrier.place()) {
            Ok(child) => child,
            Err(error) => return error.to_string(),
        };
        if let Some(output) = child.stdout.take() {
            ever |= pass_on(output, carrier, progress).await;
        }
        match child.wait().await {
            Ok(status) if !status.success() && !ever => return format!("it ended with {status}"),
            _ => sleep(AGAIN).await,
        }
    }
}

fn start(facts: &Facts, folder: Option<&Path>, place: &Place) -> std::io::Result<Child> {
    let mut command = child::command("journalctl");
    command.args(["--quiet", "--follow", "--no-tail", "--all", "--output=json"]);
    command.arg("--output-fields=MESSAGE,PRIORITY,CONTAINER_PARTIAL_MESSAGE");
    if let Some(folder) = folder {
        command.arg("--directory").arg(folder);
    }
    match place {
        // A line of a file is no place in a journal.
        Place::Beginning | Place::Line(..) => {}
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
async fn pass_on(output: ChildStdout, carrier: &mut Carrier, progress: &Progress) -> bool {
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
        let done = match carrier.place() {
            Place::Within(begun, bytes) if *begun == entry.cursor => *bytes,
            _ => 0,
        };
        let rest = entry.text.get(done..).unwrap_or_default();
        let place = |length: usize| match done + length {
            bytes if bytes >= entry.text.len() => Place::After(entry.cursor.clone()),
            bytes => Place::Within(entry.cursor.clone(), bytes),
        };
        carrier.give(entry.stderr, rest, place).await;
        progress.reached(carrier.given);
        any = true;
    }
}
