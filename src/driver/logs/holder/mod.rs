//! Keeps Nomad's pipes open for writing while there is no plugin. Nomad's reader takes the end of the last writer for the
//! end of the task, and never reads that task's pipe again; and where the driver carries the output, it is the only writer.
//! So a small process of its own, one for all tasks, has each pipe open as well until the task's place is forgotten: it
//! never writes, and outlives the plugin.

mod server;

use std::fs::DirBuilder;
use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, SendAncillaryBuffer, SendAncillaryMessage, SendFlags, SocketAddrUnix, SocketFlags,
    SocketType, bind, sendmsg_addr, socket_with,
};
use rustix::pipe::PipeFlags;
use tracing::warn;

pub use self::server::serve;
use crate::plugin::child;

/// The argument that makes the program this process.
pub const ARGUMENT: &str = "--hold-output";

/// The name of the socket that it listens on, beside the places in the journal.
const SOCKET: &str = "outputs.sock";

/// A message with a pipe that is to be held open, and the file of its task's place.
const HOLD: u8 = 1;
/// A message with a descriptor that is closed when all pipes of a place are let go of, and the file of the place.
const LET_GO: u8 = 2;

/// How long it may take until pipes are let go of.
const PATIENCE: Timespec = Timespec { tv_sec: 1, tv_nsec: 0 };

/// Where the process is found, and what it is started from.
#[derive(Debug, Clone)]
pub struct Program {
    /// The folder of its socket.
    pub folder: PathBuf,
    /// The plugin's own program.
    pub path: PathBuf,
}

impl Program {
    /// The program that runs here.
    pub fn own(folder: PathBuf) -> Self {
        Self { folder, path: PathBuf::from("/proc/self/exe") }
    }

    /// Has the pipe held open for as long as the file of the place is there.
    fn keep(&self, pipe: BorrowedFd<'_>, place: BorrowedFd<'_>) -> io::Result<()> {
        // One at a time: otherwise two would start one each.
        static TURN: Mutex<()> = Mutex::new(());
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let path = self.folder.join(SOCKET);
        match send(&path, HOLD, pipe, place) {
            Err(Errno::NOENT | Errno::CONNREFUSED | Errno::PIPE) => {
                self.start(&path)?;
                Ok(send(&path, HOLD, pipe, place)?)
            }
            sent => Ok(sent?),
        }
    }

    /// Has the pipes of a place let go of, and waits until that is done: before the task's end is told, since a reader
    /// whose pipe ends later would end in the middle of the task's next start.
    fn let_go(&self, place: BorrowedFd<'_>) {
        let Ok((done, told)) = rustix::pipe::pipe_with(PipeFlags::CLOEXEC) else { return };
        // Where there is no such process, it holds nothing.
        if send(&self.folder.join(SOCKET), LET_GO, told.as_fd(), place).is_ok() {
            drop(told);
            let _ = poll(&mut [PollFd::new(&done, PollFlags::IN)], Some(&PATIENCE));
        }
    }

    /// Starts one that listens already when it begins.
    fn start(&self, path: &Path) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        // Renamed into its place: whoever sends meanwhile finds the old one or the new one.
        let fresh = self.folder.join(format!(".{}.{SOCKET}", std::process::id()));
        let _ = std::fs::remove_file(&fresh);
        let socket = datagram()?;
        bind(&socket, &SocketAddrUnix::new(&fresh)?)?;
        std::fs::rename(&fresh, path)?;
        let mut command = child::command(&self.path);
        // Of its own group, so that nothing that ends the plugin ends it.
        command
            .arg0(env!("CARGO_PKG_NAME"))
            .arg(ARGUMENT)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::from(socket))
            .kill_on_drop(false);
        command.process_group(0).spawn().map(drop)
    }
}

fn send(path: &Path, what: u8, first: BorrowedFd<'_>, place: BorrowedFd<'_>) -> rustix::io::Result<()> {
    let socket = datagram()?;
    let descriptors = [first, place];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(2))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !control.push(SendAncillaryMessage::ScmRights(&descriptors)) {
        return Err(Errno::NOBUFS);
    }
    let to = SocketAddrUnix::new(path)?;
    sendmsg_addr(&socket, &to, &[IoSlice::new(&[what])], &mut control, SendFlags::NOSIGNAL).map(drop)
}

fn datagram() -> rustix::io::Result<OwnedFd> {
    socket_with(AddressFamily::UNIX, SocketType::DGRAM, SocketFlags::CLOEXEC, None)
}

/// Keeps what is to be held for one container.
#[derive(Debug)]
pub(super) struct Holder {
    program: Program,
    complained: bool,
}

impl Holder {
    pub(super) fn new(program: &Program) -> Self {
        Self { program: program.clone(), complained: false }
    }

    /// Has everything let go of that is held for this place.
    pub(super) fn release(&self, place: Option<BorrowedFd<'_>>) {
        if let Some(place) = place {
            self.program.let_go(place);
        }
    }

    /// Has a pipe held that was just opened. Without a file of the place nobody could go on there anyway.
    pub(super) fn hold(&mut self, pipe: &impl AsFd, place: Option<BorrowedFd<'_>>) {
        let Some(place) = place else { return };
        if let Err(error) = self.program.keep(pipe.as_fd(), place)
            && !std::mem::replace(&mut self.complained, true)
        {
            warn!(%error, "when the plugin is started anew, Nomad will show no more output of this task: its pipe cannot be kept open");
        }
    }
}
