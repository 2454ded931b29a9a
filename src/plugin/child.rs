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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_child_has_none_of_the_plugins_descriptors() {
        let script = "for number in 0 1 2; do readlink /proc/$$/fd/$number; done";
        let child = command("sh").args(["-c", script]).stdout(Stdio::piped()).spawn().unwrap();
        let output = child.wait_with_output().await.unwrap();
        assert!(output.status.success());
        let text = String::from_utf8(output.stdout).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!((lines[0], lines[2]), ("/dev/null", "/dev/null"), "{text}");
        assert!(lines[1].starts_with("pipe:"), "{text}");
    }
}
