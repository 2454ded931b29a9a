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

use rustix::io::Errno;
use rustix::net::{
    AddressFamily, SendAncillaryBuffer, SendAncillaryMessage, SendFlags, SocketAddrUnix, SocketFlags,
    SocketType, bind, sendmsg_addr, socket_with,
};
use tracing::warn;

pub use self::server::serve;
use crate::plugin::child;

/// The argument that makes the program this process.
pub const ARGUMENT: &str = "--hold-output";

/// The name of the socket that it listens on, beside the places in the journal.
const SOCKET: &str = "outputs.sock";

/// What a message says beside its descriptors: the version of what they are, a pipe and the file of the place.
const VERSION: u8 = 1;

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
        match send(&path, pipe, place) {
            Err(Errno::NOENT | Errno::CONNREFUSED | Errno::PIPE) => {
                self.start(&path)?;
                Ok(send(&path, pipe, place)?)
            }
            sent => Ok(sent?),
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

fn send(path: &Path, pipe: BorrowedFd<'_>, place: BorrowedFd<'_>) -> rustix::io::Result<()> {
    let socket = datagram()?;
    let descriptors = [pipe, place];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(2))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !control.push(SendAncillaryMessage::ScmRights(&descriptors)) {
        return Err(Errno::NOBUFS);
    }
    let to = SocketAddrUnix::new(path)?;
    sendmsg_addr(&socket, &to, &[IoSlice::new(&[VERSION])], &mut control, SendFlags::NOSIGNAL).map(drop)
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
