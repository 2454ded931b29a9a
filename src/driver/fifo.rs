//! Who may write into the pipe that Nomad reads a task's output from, or into the file that stands for it. They are made by
//! the user of Nomad; a Podman of another user can only open them when it owns them. Everything goes over open files, so that no name can be swapped meanwhile.

use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

use rustix::fs::{FileType, Gid, Mode, OFlags, Uid, fchown, fstat, open, openat};

use super::errors::Failure;

/// Gives the pipe at `path` to the owner of Podman's socket. Nothing is done if it has that owner already, as with a
/// rootful Podman. Call it only for the pipe that Podman will write to, and only for a rootless Podman.
///
/// # Errors
/// The socket or the pipe cannot be looked at, `path` is no pipe (a link included), or its owner cannot be changed.
pub fn give_to_owner(socket: &Path, path: &Path) -> Result<(), Failure> {
    give_to(owner(socket)?, path)
}

/// The same for an ordinary file.
///
/// # Errors
/// As for [`give_to_owner`].
pub fn give_file_to_owner(socket: &Path, path: &Path) -> Result<(), Failure> {
    hand_over(owner(socket)?, path, FileType::RegularFile)
}

/// Gives the pipe at `path` to a user and a group, by their numbers.
///
/// # Errors
/// As for [`give_to_owner`].
pub fn give_to(owner: (u32, u32), path: &Path) -> Result<(), Failure> {
    hand_over(owner, path, FileType::Fifo)
}

fn hand_over((user, group): (u32, u32), path: &Path, kind: FileType) -> Result<(), Failure> {
    let what = if kind == FileType::Fifo { "fifo" } else { "file" };
    let failed = |doing: &str, error: &io::Error| failed(&format!("{doing} {what}"), path, error);
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(failed("open", &io::Error::from(io::ErrorKind::InvalidInput)));
    };
    // A task can replace the log folder itself, so that a link is not followed there either.
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let folder_fd = open(folder, flags, Mode::empty())
        .map_err(|error| self::failed(&format!("open {what} parent directory"), folder, &error.into()))?;
    // Without waiting for a writer.
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file =
        openat(&folder_fd, name, flags, Mode::empty()).map_err(|error| failed("open", &error.into()))?;
    let stat = fstat(&file).map_err(|error| failed("open", &error.into()))?;
    if (stat.st_uid, stat.st_gid) == (user, group) {
        return Ok(());
    }
    // A task can put a link to a file of somebody else's into the log folder: nothing else is given away.
    if FileType::from_raw_mode(stat.st_mode) != kind || stat.st_nlink > 1 {
        let wrong = if kind == FileType::Fifo { "it is no pipe" } else { "it is no file of its own" };
        return Err(failed("open", &io::Error::other(wrong)));
    }
    fchown(&file, Some(Uid::from_raw(user)), Some(Gid::from_raw(group)))
        .map_err(|error| failed("change the owner of", &error.into()))
}

fn owner(socket: &Path) -> Result<(u32, u32), Failure> {
    owner_of(socket).map_err(|error| {
        let socket = socket.to_string_lossy();
        Failure::new(format!("failed to find the owner of Podman's socket {socket:?}: {error}"))
    })
}

fn owner_of(socket: &Path) -> io::Result<(u32, u32)> {
    let metadata = std::fs::metadata(socket)?;
    if !metadata.file_type().is_socket() {
        return Err(io::Error::other("it is no socket"));
    }
    Ok((metadata.uid(), metadata.gid()))
}

fn failed(what: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("failed to {what} {:?}: {error}", path.to_string_lossy()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::fs::{MetadataExt, symlink};
    use std::os::unix::net::UnixListener;
    use std::path::Path;

    use rustix::fs::{CWD, FileType, Mode, mknodat};

    use super::{give_file_to_owner, give_to, give_to_owner};

    fn pipe(path: &Path) {
        mknodat(CWD, path, FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap();
    }

    fn owner(path: &Path) -> (u32, u32) {
        let metadata = std::fs::symlink_metadata(path).unwrap();
        (metadata.uid(), metadata.gid())
    }

    #[test]
    fn the_pipe_goes_to_the_sockets_owner() {
        let folder = tempfile::tempdir().unwrap();
        let (socket, fifo) = (folder.path().join("podman.sock"), folder.path().join(".web.stdout.fifo"));
        let _listener = UnixListener::bind(&socket).unwrap();
        pipe(&fifo);
        std::os::unix::fs::chown(&socket, Some(12345), Some(54321)).unwrap();
        give_to_owner(&socket, &fifo).unwrap();
        assert_eq!(owner(&fifo), (12345, 54321));
        give_to_owner(&socket, &fifo).unwrap();
    }

    #[test]
    fn what_is_no_pipe_keeps_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let (outside, before) = (at("outside"), owner(folder.path()));
        pipe(&outside);
        symlink(&outside, at("link")).unwrap();
        symlink(folder.path(), at("linked")).unwrap();
        std::fs::write(at("file"), "").unwrap();
        for (name, expected) in [
            ("link", "failed to open fifo"),
            ("file", "it is no pipe"),
            ("missing", "No such file"),
            ("missing/fifo", "failed to open fifo parent directory"),
            ("linked/outside", "failed to open fifo parent directory"),
        ] {
            let failure = give_to((12345, 54321), &at(name)).unwrap_err();
            assert!(failure.message().contains(expected), "{name}: {failure}");
        }
        assert_eq!([owner(&outside), owner(&at("file"))], [before, before]);
        let failure = give_to_owner(&at("file"), &outside).unwrap_err();
        assert!(failure.message().contains("it is no socket"), "{failure}");
        // Another name of somebody else's file is no file of the task's.
        std::fs::hard_link(at("file"), at("second")).unwrap();
        let socket = at("podman.sock");
        let _listener = UnixListener::bind(&socket).unwrap();
        std::os::unix::fs::chown(&socket, Some(12345), Some(54321)).unwrap();
        for name in ["second", "outside", "link"] {
            let failure = give_file_to_owner(&socket, &at(name)).unwrap_err();
            assert!(failure.message().contains("file"), "{name}: {failure}");
        }
        assert_eq!([owner(&outside), owner(&at("file"))], [before, before]);
        std::fs::write(at("log"), "").unwrap();
        give_file_to_owner(&socket, &at("log")).unwrap();
        assert_eq!(owner(&at("log")), (12345, 54321));
    }
}
