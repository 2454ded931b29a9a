//! The socket that the host connects to: made, handed to its group, announced in one line, removed at the end.
//! What is said over it is the server's.

use std::collections::hash_map::RandomState;
use std::fs::{self, Permissions};
use std::hash::{BuildHasher, Hasher};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf, absolute};

use super::launch::{Environment, PROTOCOL_VERSION};

/// The version of go-plugin's own protocol.
const CORE_VERSION: u32 = 1;
/// Bytes of a socket's address, with its closing zero.
const ADDRESS_SIZE: usize = 108;
/// How many names are tried; each is one of ten thousand million.
const ATTEMPTS: usize = 100;
/// Names of groups and their numbers. Other sources of groups are not asked: those need the C library's machinery.
const GROUPS: &str = "/etc/group";

/// A socket that listens. Connections wait in its backlog until somebody accepts them.
#[derive(Debug)]
pub struct Listener {
    /// The socket.
    pub socket: UnixListener,
    /// Where it is.
    pub path: PathBuf,
}

impl Listener {
    /// Makes the socket where the host wants it.
    ///
    /// # Errors
    /// A text that says what is wrong with the folder or the group.
    pub fn bind(environment: &Environment) -> Result<Self, String> {
        let dir = &environment.socket_dir;
        let told = |error: &dyn std::fmt::Display| format!("no socket in {}: {error}", dir.display());
        let dir = absolute(dir).map_err(|error| told(&error))?;
        for _ in 0..ATTEMPTS {
            let path = dir.join(format!("plugin{}", digits()));
            check(&path)?;
            match UnixListener::bind(&path) {
                Ok(socket) => {
                    let listener = Self { socket, path };
                    if let Some(group) = &environment.socket_group {
                        listener.give_to(group).inspect_err(|_| listener.remove())?;
                    }
                    return Ok(listener);
                }
                Err(error) if error.kind() == ErrorKind::AddrInUse => {}
                Err(error) => return Err(told(&error)),
            }
        }
        Err(told(&"every name that was tried is taken"))
    }

    /// The line by which the host learns where to connect.
    pub fn handshake(&self, environment: &Environment) -> String {
        // A host that asks for many connections over one is told that there are none: it says so and gives up, while
        // without the field it would guess at an old plugin.
        let multiplexing = if environment.asks_multiplexing { "|false" } else { "" };
        let path = self.path.display();
        format!("{CORE_VERSION}|{PROTOCOL_VERSION}|unix|{path}|grpc|{multiplexing}\n")
    }

    /// Removes the socket. That it is gone already is no matter.
    pub fn remove(&self) {
        remove(&self.path);
    }

    fn give_to(&self, group: &str) -> Result<(), String> {
        let told =
            |error: &dyn std::fmt::Display| format!("the socket cannot be given to group {group:?}: {error}");
        let id = group_id(group, || fs::read_to_string(GROUPS)).map_err(|error| told(&error))?;
        chown(&self.path, None, Some(id)).map_err(|error| told(&error))?;
        fs::set_permissions(&self.path, Permissions::from_mode(0o660)).map_err(|error| told(&error))
    }
}

/// Removes a socket's file.
pub fn remove(path: &Path) {
    if let Err(error) = fs::remove_file(path)
        && error.kind() != ErrorKind::NotFound
    {
        tracing::warn!(error = &error as &dyn std::error::Error, "the plugin's socket stays behind");
    }
}

/// Ten digits that another process is unlikely to have.
fn digits() -> String {
    let number = RandomState::new().build_hasher().finish() % 10_000_000_000;
    format!("{number:010}")
}

/// A path that fits into an address and into the line of the handshake.
fn check(path: &Path) -> Result<(), String> {
    let advice = "set PLUGIN_UNIX_SOCKET_DIR or TMPDIR of the agent to another folder";
    let Some(text) = path.to_str().filter(|text| !text.contains(['|', '\n', '\r'])) else {
        return Err(format!(
            "{path:?} cannot be announced to the host, which reads one line of UTF-8 split at `|`: {advice}"
        ));
    };
    if text.len() >= ADDRESS_SIZE {
        let longest = ADDRESS_SIZE - 1;
        return Err(format!(
            "{text} is longer than the {longest} bytes that a socket's path may have: {advice}"
        ));
    }
    Ok(())
}

fn group_id(group: &str, groups: impl Fn() -> io::Result<String>) -> io::Result<u32> {
    if let Ok(id) = group.parse() {
        return Ok(id);
    }
    let groups = groups()?;
    groups
        .lines()
        .find_map(|line| {
            let mut fields = line.split(':');
            (fields.next()? == group).then(|| fields.nth(1)?.parse().ok())?
        })
        .ok_or_else(|| io::Error::new(ErrorKind::NotFound, format!("{GROUPS} has no such group")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_found_by_name_and_number() {
        let groups = || Ok("root:x:0:\nstaff:x:50:a,b\nodd\n".to_owned());
        assert_eq!(group_id("staff", groups).unwrap(), 50);
        assert_eq!(group_id("77", groups).unwrap(), 77);
        assert_eq!(group_id("odd", groups).unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(group_id("", groups).unwrap_err().kind(), ErrorKind::NotFound);
    }

    #[test]
    fn paths_that_cannot_be_announced_are_refused() {
        assert!(check(Path::new("/tmp/plugin1")).is_ok());
        assert!(check(Path::new("/tmp/a|b")).unwrap_err().contains("TMPDIR"));
        assert!(check(&PathBuf::from(format!("/{}", "x".repeat(106)))).is_ok());
        assert!(check(&PathBuf::from(format!("/{}", "x".repeat(107)))).unwrap_err().contains("107 bytes"));
    }
}
