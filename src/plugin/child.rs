//! How a program is started from here. A child that kept standard output or error open would make the host believe
//! that the plugin lives on after its end, so there is one way to start one, and the house rules know no other.

use std::ffi::OsStr;
use std::process::Stdio;

use tokio::process::Command;

/// A command with none of the plugin's own descriptors: nothing comes in, and what it prints goes nowhere unless the
/// caller takes it with pipes. It is killed when the caller gives it up.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    command
}
