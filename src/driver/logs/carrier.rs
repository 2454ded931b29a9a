//! Gives a container's output to Nomad's pipes so that every byte arrives once, also when the process is killed in
//! between. The kernel does not tell a later process what an earlier one wrote into a pipe, but for one thing: a write
//! sets the pipe's time of change. So that time is set to a number first, then the file of the place says which piece
//! comes and which number, and then the piece is written, whole or not at all.

use std::path::Path;

use super::cursor::{CursorFile, Intent, Place};
use super::holder::{Holder, Program};
use super::pipes::{Gave, Pipes};

/// The longest piece, in bytes: what a pipe of the usual size holds.
const PIECE: usize = 64 << 10;

/// Where numbers begin anew, in seconds since 1970: long before any time at which something is written.
const STAMPS: i64 = 1_000_000_000;

/// One container's way to its pipes.
#[derive(Debug)]
pub(super) struct Carrier {
    pipes: Pipes,
    cursor: CursorFile,
    holder: Holder,
    stamp: i64,
    /// The piece that stands in the file: which pipe, and how many bytes.
    offered: Option<(bool, usize)>,
    /// How many bytes were given.
    pub(super) given: u64,
}

impl Carrier {
    /// Goes on where an earlier process stopped; `fresh` where there was none.
    pub(super) fn new(stdout: &Path, stderr: &Path, cursor: &Path, fresh: Place, holder: &Program) -> Self {
        let mut pipes = Pipes::new(stdout, stderr);
        let mut stamp = 0;
        let cursor = CursorFile::open(cursor, fresh, |intent| {
            stamp = intent.stamp;
            !pipes.of(intent.stderr).has_stamp(intent.stamp)
        });
        Self { pipes, cursor, holder: Holder::new(holder), stamp, offered: None, given: 0 }
    }

    pub(super) fn place(&self) -> &Place {
        self.cursor.place()
    }

    /// Notes a place that is reached without giving anything.
    pub(super) fn reached(&mut self, place: Place) {
        self.cursor.reached(place);
    }

    /// Ends: nobody has the pipes open any more. Forgets the container, unless `file_stays`, since another one has it.
    pub(super) fn finish(self, file_stays: bool) {
        let Self { pipes, cursor, holder, .. } = self;
        drop(pipes);
        holder.release(cursor.file());
        if !file_stays {
            cursor.remove();
        }
    }

    /// Gives the first of these bytes, as many as go in one piece. `place` says where one is after so many of them. What
    /// did not go is to be offered again, and nothing else before it.
    pub(super) fn offer(&mut self, stderr: bool, bytes: &[u8], place: impl Fn(usize) -> Place) -> Gave {
        let pipe = self.pipes.of(stderr);
        match pipe.open() {
            Ok(false) => {}
            Ok(true) => {
                pipe.hold(&mut self.holder, self.cursor.file());
                if self.offered.take().is_some() {
                    // It may be another pipe, with a time of its own.
                    let here = self.cursor.place().clone();
                    self.cursor.set(here);
                }
            }
            Err(nobody) => return nobody,
        }
        let length = match self.offered {
            Some((_, length)) => length,
            None => {
                let length = pipe.room(bytes.len().min(PIECE));
                self.stamp = (self.stamp + 1) % STAMPS;
                if pipe.stamp(self.stamp) {
                    self.cursor.intend(Intent { place: place(length), stderr, stamp: self.stamp });
                    self.offered = Some((stderr, length));
                }
                length
            }
        };
        let stamped = self.offered.is_some();
        let gave = self.pipes.of(stderr).give(bytes.get(..length).unwrap_or(bytes));
        if let Gave::Bytes(length) = gave {
            let whole = self.offered.take().is_some_and(|(_, offered)| offered == length);
            self.given += length as u64;
            // Whoever may not set times does not know after a kill: at worst a piece is repeated.
            if stamped && whole {
                self.cursor.reached(place(length));
            } else {
                self.cursor.set(place(length));
            }
        }
        gave
    }

    /// Whether somebody reads this pipe, as far as can be seen from here.
    pub(super) fn has_reader(&mut self, stderr: bool) -> bool {
        self.pipes.of(stderr).has_reader()
    }

    /// Waits until it is worth another offer.
    pub(super) async fn wait(&mut self, stderr: bool) {
        self.pipes.of(stderr).wait().await;
    }

    /// Gives all of these bytes, however long that takes. Dropping it leaves what was given noted.
    pub(super) async fn give(&mut self, stderr: bool, bytes: &[u8], place: impl Fn(usize) -> Place) {
        let mut done = 0;
        while let Some(rest) = bytes.get(done..).filter(|rest| !rest.is_empty()) {
            match self.offer(stderr, rest, |length| place(done + length)) {
                Gave::Bytes(length) => done += length,
                Gave::Full | Gave::Nobody => self.wait(stderr).await,
            }
        }
    }
}
