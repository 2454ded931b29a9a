//! The output of a task that asked for `split`: Podman writes it to a file, and from there every line goes to the pipe of
//! its stream as the task wrote it. Reading and writing are done where waiting is allowed; in between the kernel tells of
//! changes, so that a quiet task costs nothing.

mod file;
mod lines;

use std::io;
use std::mem::take;
use std::path::Path;
use std::time::Duration;

use rustix::fs::inotify::WatchFlags;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tracing::{error, warn};

use self::file::Log;
pub use self::file::{cursor_of, make};
use self::lines::Run;
use super::carrier::Carrier;
use super::cursor::Place;
use super::pipes::Gave;
use super::{Facts, Progress};
use crate::driver::inotify::Watch;
use crate::driver::task::{Phase, Status};

/// How much is read at once, in bytes.
const READ: usize = 256 << 10;
/// How much is gathered for one write, in bytes. A line may be longer.
const RUN: usize = 64 << 10;
/// How much is carried before others get a turn, in bytes.
const TURN: u64 = 4 << 20;
/// The longest line of the file, in bytes. Conmon's have some kilobytes.
const LONGEST: usize = 4 << 20;
/// How long to wait where the file cannot be read, or where nobody tells of its changes.
const AGAIN: Duration = Duration::from_millis(250);
/// How long it is tried, after the end of a task, whether somebody reads the rest of its output.
const READERS: Duration = Duration::from_secs(5);

/// Carries a task's output until it has ended and all is carried, or nobody reads it any more. Then the file goes.
pub(super) async fn follow(
    facts: &Facts,
    path: &Path,
    mut status: watch::Receiver<Status>,
    progress: &Progress,
) {
    let log = match Log::open(path) {
        Ok(log) => log,
        Err(error) => {
            let (container, path) = (&facts.container_id, path.display());
            return error!(container, %path, %error, "the file of a task's output cannot be read: Nomad will show none of it");
        }
    };
    // Before the first look, so that nothing is missed.
    let changes = Watch::new(path, WatchFlags::MODIFY | WatchFlags::CLOSE_WRITE);
    if let Err(error) = &changes {
        warn!(%error, "the kernel does not tell of changes of files: output is looked for four times a second");
    }
    let mut changes = changes.ok();
    let carrier = facts.carrier(&cursor_of(path), Place::Line(0, 0));
    let mut pump = Pump::new(log, carrier);
    loop {
        let ended = has_ended(&status);
        let (back, step) = match turn(pump).await {
            Some(turned) => turned,
            None => {
                return error!(container = facts.container_id, "the output of a task is lost by a defect");
            }
        };
        pump = back;
        progress.reached(pump.carrier.given);
        match step {
            Ok(Step::More) => {}
            Ok(Step::AtEnd) if ended => break,
            Ok(Step::AtEnd) => tokio::select! {
                () = news(&mut changes) => {}
                () = end(&mut status) => {}
            },
            Ok(Step::Full(stderr)) => pump.carrier.wait(stderr).await,
            Ok(Step::Nobody(stderr)) => {
                let waited = timeout(READERS, reader(&mut pump.carrier, stderr));
                tokio::select! {
                    found = waited => if found.is_err() && ended { break },
                    // From here on the time counts anew.
                    () = end(&mut status), if !ended => {}
                }
            }
            Err(error) => {
                let path = path.display();
                warn!(container = facts.container_id, %path, %error, "the file of a task's output cannot be read");
                if ended {
                    break;
                }
                sleep(AGAIN).await;
            }
        }
    }
    // It may wait a little.
    let _ = tokio::task::spawn_blocking(move || pump.finish()).await;
}

/// Whether the task has ended, or nobody looks after it any more, which comes to the same.
fn has_ended(status: &watch::Receiver<Status>) -> bool {
    status.has_changed().is_err() || matches!(status.borrow().phase, Phase::Ended(_))
}

async fn end(status: &mut watch::Receiver<Status>) {
    let _ = status.wait_for(|status| matches!(status.phase, Phase::Ended(_))).await;
}

async fn news(changes: &mut Option<Watch>) {
    let told = match changes {
        Some(watch) => watch.changed().await.is_ok(),
        None => false,
    };
    if !told {
        *changes = None;
        sleep(AGAIN).await;
    }
}

/// Waits until somebody reads.
async fn reader(carrier: &mut Carrier, stderr: bool) {
    while !carrier.has_reader(stderr) {
        carrier.wait(stderr).await;
    }
}

/// One turn, where waiting for a disk holds up nobody. `None` after a panic.
async fn turn(mut pump: Pump) -> Option<(Pump, io::Result<Step>)> {
    let work = move || {
        let step = pump.step();
        (pump, step)
    };
    tokio::task::spawn_blocking(work).await.ok()
}

/// Why a turn ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// It was long enough.
    More,
    /// Everything in the file is carried.
    AtEnd,
    /// The pipe is full; of standard error, if this is true.
    Full(bool),
    /// Nobody reads the pipe; of standard error, if this is true.
    Nobody(bool),
}

/// What carries one file.
#[derive(Debug)]
struct Pump {
    log: Log,
    carrier: Carrier,
    /// What was read and is not in a run yet. It begins where the run ends.
    input: Vec<u8>,
    used: usize,
    run: Run,
    sent: usize,
}

impl Pump {
    fn new(log: Log, mut carrier: Carrier) -> Self {
        match *carrier.place() {
            Place::Line(0, 0) => carrier.reached(Place::Line(log.data(0), 0)),
            Place::Line(..) => {}
            _ => carrier.reached(Place::Line(0, 0)),
        }
        Self { log, carrier, input: Vec::new(), used: 0, run: Run::default(), sent: 0 }
    }

    fn step(&mut self) -> io::Result<Step> {
        let enough = self.carrier.given + TURN;
        loop {
            if let Some(step) = self.give() {
                return Ok(step);
            }
            let (line, within) = self.place();
            self.log.free_before(line);
            if self.carrier.given >= enough {
                return Ok(Step::More);
            }
            let input = self.input.get(self.used..).unwrap_or_default();
            let taken = self.run.take(input, line, within, RUN);
            self.sent = 0;
            self.used += taken;
            if taken == 0 && !self.read(line)? {
                // Hundreds of quiet tasks need no memory for this.
                (self.input, self.used, self.run) = (Vec::new(), 0, Run::default());
                return Ok(Step::AtEnd);
            }
            if taken > 0 && self.run.bytes.is_empty() {
                self.carrier.reached(place(self.run.place(0)));
            }
        }
    }

    /// Gives the run away, as far as that goes.
    fn give(&mut self) -> Option<Step> {
        let Self { carrier, run, sent, .. } = self;
        while let Some(rest) = run.bytes.get(*sent..).filter(|rest| !rest.is_empty()) {
            match carrier.offer(run.stderr, rest, |length| place(run.place(*sent + length))) {
                Gave::Bytes(length) => *sent += length,
                Gave::Full => return Some(Step::Full(run.stderr)),
                Gave::Nobody => return Some(Step::Nobody(run.stderr)),
            }
        }
        None
    }

    /// Reads what comes after the input, which begins with the line at this place. Whether there was anything.
    fn read(&mut self, line: u64) -> io::Result<bool> {
        self.input.drain(..take(&mut self.used));
        let held = self.input.len();
        if held > LONGEST {
            warn!(bytes = held, "a line without an end in the file of a task's output is passed over");
            self.input.clear();
            self.carrier.reached(Place::Line(line + held as u64, 0));
            return Ok(true);
        }
        self.input.resize(held + READ, 0);
        let length = match self.input.get_mut(held..) {
            Some(free) => self.log.read(free, line + held as u64),
            None => Ok(0),
        };
        self.input.truncate(held + *length.as_ref().unwrap_or(&0));
        length.map(|length| length > 0)
    }

    fn place(&self) -> (u64, usize) {
        match self.carrier.place() {
            Place::Line(line, within) => (*line, *within),
            _ => (0, 0),
        }
    }

    /// Takes everything away.
    fn finish(self) {
        // A later container of the task may have a file under this name already, and a place of its own.
        let removed = self.log.remove();
        self.carrier.finish(!removed);
    }
}

fn place((line, within): (u64, usize)) -> Place {
    Place::Line(line, within)
}
