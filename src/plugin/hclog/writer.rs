//! The one writer of standard error. Lines wait in memory until a thread of its own has written them, so that a host
//! that reads slowly, or not at all, holds nobody up; lines beyond the limit are counted and dropped.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Write};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rustix::event::{PollFd, PollFlags, poll};

use super::line::Line;
use super::values::{Fields, Value};

/// Bytes of lines that wait.
const LIMIT: usize = 1 << 20;

/// The writer of this process.
pub static WRITER: Writer = Writer::new();

/// Lines on their way.
#[derive(Debug)]
pub struct Writer {
    queue: Mutex<Queue>,
    changed: Condvar,
}

#[derive(Debug)]
struct Queue {
    /// The logger, for the records that are made here.
    name: &'static str,
    lines: VecDeque<Vec<u8>>,
    /// Bytes in `lines` and in the one that is being written.
    bytes: usize,
    dropped: u64,
    has_thread: bool,
}

impl Writer {
    const fn new() -> Self {
        let queue = Queue { name: "", lines: VecDeque::new(), bytes: 0, dropped: 0, has_thread: false };
        Self { queue: Mutex::new(queue), changed: Condvar::new() }
    }

    /// Names the logger.
    pub fn name(&self, name: &'static str) {
        self.lock().name = name;
    }

    /// Takes a line. It is written soon, or dropped when too much waits.
    pub fn write(&'static self, line: Vec<u8>) {
        let mut queue = self.lock();
        if queue.bytes.saturating_add(line.len()) > LIMIT {
            queue.dropped = queue.dropped.saturating_add(1);
            return;
        }
        queue.bytes = queue.bytes.saturating_add(line.len());
        queue.lines.push_back(line);
        if !queue.has_thread {
            // Without a thread lines wait until there is one, and the limit holds.
            queue.has_thread = thread::Builder::new().name("log".to_owned()).spawn(|| self.run()).is_ok();
        }
        drop(queue);
        self.changed.notify_all();
    }

    /// Waits until all lines are written, or the time is over.
    pub fn flush(&self, limit: Duration) {
        let until = Instant::now() + limit;
        let mut queue = self.lock();
        while queue.bytes > 0 {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            queue = self.changed.wait_timeout(queue, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn run(&self) {
        let mut queue = self.lock();
        loop {
            if let Some(line) = queue.lines.pop_front() {
                drop(queue);
                put(&line);
                queue = self.lock();
                queue.bytes = queue.bytes.saturating_sub(line.len());
                if queue.lines.is_empty() && queue.dropped > 0 {
                    let lost = lost(queue.name, std::mem::take(&mut queue.dropped));
                    queue.bytes = queue.bytes.saturating_add(lost.len());
                    queue.lines.push_back(lost);
                }
                self.changed.notify_all();
            } else {
                queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn lost(name: &str, count: u64) -> Vec<u8> {
    let mut fields = Fields::new(|_| false);
    "records were dropped: nobody read standard error".clone_into(&mut fields.message);
    fields.members.push(("count".to_owned(), Value::Number(count.to_string())));
    Line::new(name, "warn", Timestamp::now(), fields).into_bytes()
}

/// One write for a line, as long as the system takes it whole. That nobody can read it any more is no error.
fn put(line: &[u8]) {
    let mut rest = line;
    while !rest.is_empty() {
        match io::stderr().write(rest) {
            Ok(0) => return,
            Ok(written) => rest = rest.get(written..).unwrap_or_default(),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                let stderr = io::stderr();
                // A failure shows again at the next write.
                let _ = poll(&mut [PollFd::new(&stderr, PollFlags::OUT)], None);
            }
            Err(_) => return,
        }
    }
}
