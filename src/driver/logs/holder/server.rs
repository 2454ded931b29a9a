//! The process that holds pipes open: gets each with the file of its task's place, and lets go when that file is deleted.

use std::collections::HashMap;
use std::io::IoSliceMut;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::process::ExitCode;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::fstat;
use rustix::fs::inotify::{self, CreateFlags, Reader, WatchFlags};
use rustix::io::Errno;
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, Shutdown, recvmsg, shutdown};
use rustix::stdio::stdin;

use super::{HOLD, LET_GO};

/// How long it waits, without anything to hold, until it ends.
const IDLE: Duration = Duration::from_secs(10);

/// A file by device and inode.
type File = (u64, u64);

/// What is held for one place.
struct Held {
    place: OwnedFd,
    pipes: HashMap<File, OwnedFd>,
}

/// Holds pipes until there is nothing more to hold. Its standard input is the socket that it listens on.
pub fn serve() -> ExitCode {
    match run(stdin()) {
        Ok(()) => ExitCode::SUCCESS,
        // There is nobody to tell.
        Err(_) => ExitCode::FAILURE,
    }
}

fn run(socket: BorrowedFd<'_>) -> rustix::io::Result<()> {
    let changes = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
    let mut held: HashMap<File, Held> = HashMap::new();
    let idle = Timespec { tv_sec: i64::try_from(IDLE.as_secs()).unwrap_or(i64::MAX), tv_nsec: 0 };
    let mut listening = true;
    loop {
        let limit = held.is_empty().then_some(&idle);
        let mut wanted = [PollFd::new(&changes, PollFlags::IN), PollFd::new(&socket, PollFlags::IN)];
        // A socket that is shut down is always ready.
        let count = if listening { 2 } else { 1 };
        match poll(wanted.get_mut(..count).unwrap_or_default(), limit) {
            Ok(0) if listening => {
                // From here on nobody can send; what was sent before is looked at.
                listening = false;
                let _ = shutdown(socket, Shutdown::Read);
            }
            Ok(0) | Err(Errno::INTR) => {}
            Ok(_) => drain(&changes)?,
            Err(error) => return Err(error),
        }
        while let Some((what, first, place)) = receive(socket) {
            let (Ok(file), Ok(place_file)) = (identity(&first), identity(&place)) else { continue };
            if what == LET_GO {
                held.remove(&place_file);
                continue;
            }
            // A descriptor has a name of its own, whatever becomes of the file's.
            let name = format!("/proc/self/fd/{}", place.as_raw_fd());
            let gone = WatchFlags::ATTRIB | WatchFlags::DELETE_SELF;
            let watched = held.contains_key(&place_file) || inotify::add_watch(&changes, name, gone).is_ok();
            if watched {
                let of = held.entry(place_file).or_insert_with(|| Held { place, pipes: HashMap::new() });
                of.pipes.insert(file, first);
            }
        }
        held.retain(|_, held| fstat(&held.place).is_ok_and(|place| place.st_nlink > 0));
        if !listening && held.is_empty() {
            return Ok(());
        }
    }
}

fn identity(file: &OwnedFd) -> rustix::io::Result<File> {
    fstat(file).map(|stat| (stat.st_dev, stat.st_ino))
}

/// What changed does not matter: all places are looked at.
fn drain(changes: &OwnedFd) -> rustix::io::Result<()> {
    let mut buffer = [MaybeUninit::uninit(); 4096];
    let mut reader = Reader::new(changes, &mut buffer);
    loop {
        match reader.next() {
            Ok(_) | Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}

/// The next message with its two descriptors; `None` where none waits.
fn receive(socket: BorrowedFd<'_>) -> Option<(u8, OwnedFd, OwnedFd)> {
    loop {
        let mut what = [0];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(2))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let flags = RecvFlags::DONTWAIT | RecvFlags::CMSG_CLOEXEC;
        match recvmsg(socket, &mut [IoSliceMut::new(&mut what)], &mut control, flags) {
            // A socket that is shut down gives nothing for ever.
            Ok(message) if message.bytes == 0 => return None,
            Ok(_) => {}
            Err(Errno::INTR) => continue,
            Err(_) => return None,
        }
        let mut descriptors = control.drain().flat_map(|message| match message {
            RecvAncillaryMessage::ScmRights(descriptors) => descriptors.collect::<Vec<_>>(),
            _ => Vec::new(),
        });
        // Of another version of the plugin: what it means is not known.
        if let ([what @ (HOLD | LET_GO)], Some(first), Some(place)) =
            (what, descriptors.next(), descriptors.next())
        {
            return Some((what, first, place));
        }
    }
}
