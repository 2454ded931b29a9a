//! Opens what a job names: a regular file or a folder, and nothing else. A pipe or a device is not even opened, and a
//! relative path does not lead out of the task's folder, neither by `..` nor by a link that a task made. All of it blocks.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::{Component, Path};

use rustix::fs::{CWD, FileType, Mode, OFlags, ResolveFlags, fstat, open, openat, openat2};
use rustix::io::Errno;

use crate::driver::errors::Failure;
use crate::driver::image::go_text;

/// Finds without opening.
const FIND: OFlags = OFlags::PATH.union(OFlags::CLOEXEC);
/// A file that is renamed meanwhile makes the kernel give up, in bounds.
const TRIES: usize = 16;

/// Where a job says that something lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// Below the task's folder.
    InTaskFolder { folder: String, path: String },
    /// Anywhere on the client.
    Absolute(String),
}

impl Place {
    /// As the job writes it.
    pub(super) fn path(&self) -> &str {
        let (Self::InTaskFolder { path, .. } | Self::Absolute(path)) = self;
        path
    }

    /// A regular file, and its length in bytes.
    pub(super) fn file(&self) -> Result<(File, u64), Failure> {
        let found = self.find().map_err(|errno| self.not_found(errno))?;
        match kind(&found) {
            Ok(FileType::RegularFile) => opened(&found).map_err(|error| self.not_opened(&go_text(&error))),
            Ok(FileType::Directory) => {
                Err(self.not_opened("is a directory. A folder is written with oci: or dir: before its path"))
            }
            Ok(_) => Err(self.not_opened("is no file. Pipes, devices and sockets are not opened")),
            Err(error) => Err(self.not_opened(&go_text(&error))),
        }
    }

    /// A folder.
    pub(super) fn folder(&self) -> Result<Folder, Failure> {
        let found = self.find().map_err(|errno| self.not_found(errno))?;
        match kind(&found) {
            Ok(FileType::Directory) => Ok(Folder(found)),
            Ok(_) => Err(self.not_opened(
                "is no directory. A file is written with docker-archive: or oci-archive: before its path",
            )),
            Err(error) => Err(self.not_opened(&go_text(&error))),
        }
    }

    fn find(&self) -> Result<OwnedFd, Errno> {
        match self {
            Self::Absolute(path) => open(path, FIND, Mode::empty()),
            Self::InTaskFolder { folder, path } => {
                let folder = open(folder, FIND | OFlags::DIRECTORY, Mode::empty())?;
                beneath(folder.as_fd(), path)
            }
        }
    }

    fn not_found(&self, errno: Errno) -> Failure {
        let Self::InTaskFolder { folder, .. } = self else { return self.not_opened(&words(errno)) };
        if matches!(errno, Errno::XDEV | Errno::LOOP) {
            return self.not_opened(&format!(
                "it leads out of the task's folder {folder}, by `..` or by a link, and a relative path has to stay in it. \
                 Let an `artifact` block put the file there, or write an absolute path of the client"
            ));
        }
        self.not_opened(&format!("{} in the task's folder {folder}", words(errno)))
    }

    fn not_opened(&self, reason: &str) -> Failure {
        Failure::new(format!("open {}: {reason}", self.path()))
    }
}

/// A folder whose files are opened by their path in it, and none outside of it.
#[derive(Debug)]
pub(super) struct Folder(OwnedFd);

impl Folder {
    /// A regular file in it, and its length in bytes.
    pub(super) fn file(&self, path: &str) -> io::Result<(File, u64)> {
        let found = beneath(self.0.as_fd(), path)?;
        match kind(&found)? {
            FileType::RegularFile => opened(&found),
            _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "is no file")),
        }
    }
}

fn words(errno: Errno) -> String {
    go_text(&errno.into())
}

fn kind(found: &OwnedFd) -> io::Result<FileType> {
    Ok(FileType::from_raw_mode(fstat(found)?.st_mode))
}

/// Opens what was found and looked at, not what has come to its place since.
fn opened(found: &OwnedFd) -> io::Result<(File, u64)> {
    let file = File::open(format!("/proc/self/fd/{}", found.as_raw_fd()))?;
    let length = file.metadata()?.len();
    Ok((file, length))
}

/// Finds a path that does not lead out of the folder.
fn beneath(folder: BorrowedFd<'_>, path: &str) -> Result<OwnedFd, Errno> {
    let inside = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
    for _ in 0..TRIES {
        match openat2(folder, path, FIND, Mode::empty(), inside) {
            Err(Errno::AGAIN | Errno::INTR) => {}
            // A kernel before 5.6, or a sandbox that does not know the call.
            Err(Errno::NOSYS | Errno::PERM) => return step_by_step(folder, path),
            found => return found,
        }
    }
    Err(Errno::AGAIN)
}

/// The same without the kernel's help: no link is followed at all.
fn step_by_step(folder: BorrowedFd<'_>, path: &str) -> Result<OwnedFd, Errno> {
    let mut at = openat(CWD, format!("/proc/self/fd/{}", folder.as_raw_fd()), FIND, Mode::empty())?;
    for component in Path::new(path).components() {
        let name = match component {
            Component::Normal(name) => name,
            Component::CurDir => continue,
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return Err(Errno::XDEV),
        };
        at = openat(&at, name, FIND | OFlags::NOFOLLOW, Mode::empty())?;
        if FileType::from_raw_mode(fstat(&at)?.st_mode) == FileType::Symlink {
            return Err(Errno::LOOP);
        }
    }
    Ok(at)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Read;
    use std::os::unix::fs::symlink;

    use rustix::fs::{mknodat, mkdir};

    use super::*;

    fn place(folder: &Path, path: &str) -> Place {
        Place::InTaskFolder { folder: folder.to_str().unwrap().to_owned(), path: path.to_owned() }
    }

    /// A task's folder with a file, links of all kinds, and a file beside it.
    fn tree() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        let task = root.path().join("task");
        fs::create_dir_all(task.join("local/deep")).unwrap();
        fs::write(root.path().join("secret.tar"), "outside").unwrap();
        fs::write(task.join("local/a.tar"), "inside").unwrap();
        symlink("a.tar", task.join("local/link.tar")).unwrap();
        symlink("../../secret.tar", task.join("local/out.tar")).unwrap();
        symlink(root.path().join("secret.tar"), task.join("local/absolute.tar")).unwrap();
        symlink(root.path(), task.join("local/folder")).unwrap();
        symlink("/proc/self/root", task.join("local/magic")).unwrap();
        symlink("loop.tar", task.join("local/loop.tar")).unwrap();
        mknodat(CWD, task.join("local/pipe"), FileType::Fifo, Mode::RWXU, 0).unwrap();
        mkdir(task.join("local/sub"), Mode::RWXU).unwrap();
        root
    }

    #[test]
    fn a_relative_path_stays_in_the_tasks_folder() {
        let root = tree();
        let task = root.path().join("task");
        for path in ["local/a.tar", "local/link.tar", "./local/deep/../a.tar", "local//a.tar"] {
            let (mut file, length) = place(&task, path).file().unwrap();
            let mut text = String::new();
            file.read_to_string(&mut text).unwrap();
            assert_eq!((text.as_str(), length), ("inside", 6), "{path}");
        }
        for path in [
            "../secret.tar",
            "local/../../secret.tar",
            "local/out.tar",
            "local/absolute.tar",
            "local/folder/secret.tar",
            "local/magic/etc/passwd",
            "/etc/passwd",
        ] {
            let error = place(&task, path).file().unwrap_err().message().to_owned();
            assert!(error.starts_with(&format!("open {path}: it leads out of the task's folder ")), "{error}");
        }
        let missing = place(&task, "local/b.tar").file().unwrap_err();
        assert!(missing.message().starts_with("open local/b.tar: no such file or directory in the task's folder "));
    }

    #[test]
    fn only_files_and_folders_are_opened() {
        let root = tree();
        let task = root.path().join("task");
        let text = |failure: Failure| failure.message().to_owned();
        assert!(text(place(&task, "local/pipe").file().unwrap_err()).contains("is no file"));
        assert!(text(place(&task, "local/sub").file().unwrap_err()).contains("is a directory"));
        assert!(text(place(&task, "local/a.tar").folder().unwrap_err()).contains("is no directory"));
        assert!(text(Place::Absolute("/dev/zero".to_owned()).file().unwrap_err()).contains("is no file"));
        let folder = place(&task, "local").folder().unwrap();
        assert_eq!(folder.file("a.tar").unwrap().1, 6);
        for path in ["out.tar", "../../secret.tar", "pipe", "sub", "none"] {
            assert!(folder.file(path).is_err(), "{path}");
        }
        let outside = Place::Absolute(root.path().join("secret.tar").to_str().unwrap().to_owned());
        assert_eq!(outside.file().unwrap().1, 7);
    }

    #[test]
    fn without_the_kernels_help_no_link_is_followed() {
        let root = tree();
        let task = root.path().join("task");
        let folder = open(&task, FIND, Mode::empty()).unwrap();
        assert!(step_by_step(folder.as_fd(), "./local/a.tar").is_ok());
        for (path, errno) in [
            ("local/link.tar", Errno::LOOP),
            ("local/out.tar", Errno::LOOP),
            ("local/folder/secret.tar", Errno::LOOP),
            ("../secret.tar", Errno::XDEV),
            ("/etc/passwd", Errno::XDEV),
            ("local/none", Errno::NOENT),
        ] {
            assert_eq!(step_by_step(folder.as_fd(), path).unwrap_err(), errno, "{path}");
        }
    }
}
