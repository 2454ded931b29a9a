//! What a start says when Podman refuses a step: the Go driver's first words for that step, Podman's cause, what to do,
//! and whether trying again is worth it.

use super::plan::Plan;
use crate::driver::errors::Failure;
use crate::driver::socket::Socket;
use crate::podman::Error;

/// The steps of a start that ask Podman.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// What the host is like.
    Facts,
    /// Whether there is a container of the task's name.
    Namesake,
    /// Ending one that is to be replaced.
    Replace,
    /// Removing a dead one.
    Remove,
    /// Making the container.
    Create,
    /// Starting it.
    Start,
    /// Seeing that it runs.
    Inspect,
}

/// The failure of a step.
pub(super) fn refused(step: Step, plan: &Plan, error: &Error) -> Failure {
    refused_at(step, &plan.name, &plan.socket, error)
}

/// The failure of a step, before there is a plan.
pub(super) fn refused_at(step: Step, container: &str, socket: &Socket, error: &Error) -> Failure {
    let first = first_words(step, container);
    let text = match error {
        Error::Podman { status, cause, message, .. } => {
            let whole = if message.is_empty() { cause } else { message };
            format!("{first}{}, status code: {status}: {whole}", verb(step))
        }
        other => format!("{first}{other}"),
    };
    let advice = advice(error).map(|advice| format!(". {advice}")).unwrap_or_default();
    let at = if socket.is_default { String::new() } else { format!(" (socket {:?})", socket.name) };
    Failure::new(format!("{text}{at}{advice}")).recoverable(worth_a_retry(step, error))
}

fn first_words(step: Step, container: &str) -> String {
    match step {
        Step::Facts | Step::Namesake => format!("failed to inspect container: {container}: "),
        Step::Replace => format!("failed to replace container {container}: "),
        Step::Remove => "failed to remove dead container: ".to_owned(),
        Step::Create => "failed to start task, could not create container: ".to_owned(),
        Step::Start => "failed to start task, could not start container: ".to_owned(),
        Step::Inspect => "failed to start task, could not inspect container : ".to_owned(),
    }
}

fn verb(step: Step) -> &'static str {
    match step {
        Step::Facts => "cannot fetch Podman system info",
        Step::Namesake | Step::Inspect => "cannot inspect container",
        Step::Replace => "cannot stop container",
        Step::Remove => "cannot delete container",
        Step::Create => "cannot create container",
        Step::Start => "cannot start container",
    }
}

/// What users run into, by Podman's words, which are stable enough to know these by.
fn advice(error: &Error) -> Option<&'static str> {
    const KNOWN: [(&str, &str); 11] = [
        (
            "address already in use",
            "A published port is taken on this node: use a port that Nomad chooses, or free it",
        ),
        (
            "command that was not found",
            "Check `command` and `entrypoint`: the image has no such program in its PATH",
        ),
        (
            "executable file not found",
            "Check `command` and `entrypoint`: the image has no such program in its PATH",
        ),
        (
            "permission denied",
            "Check that the program is executable, and what SELinux, `user` and `userns` allow",
        ),
        ("no space left on device", "The node's disk is full: prune images and containers that nobody needs"),
        ("allocation of ip", "The network has no address left, or the wanted one is taken"),
        ("error setting rlimit", "Set `ulimit` to what Podman itself may have"),
        (
            "failed to initialize journal",
            "No journal runs on this node, which the log driver `journald` needs: use `nomad`",
        ),
        ("no such file or directory", "A source of a mount or a device is not there on this node"),
        ("statfs", "A source of a mount is not there on this node"),
        ("image not known", "Somebody removed the image in the meantime"),
    ];
    match error {
        Error::Podman { cause, message, .. } => {
            let text = format!("{cause} {message}").to_lowercase();
            KNOWN.iter().find(|(words, _)| text.contains(words)).map(|(_, advice)| *advice)
        }
        error if error.is_unreachable() => {
            Some("Check that the Podman service runs: systemctl status podman.socket")
        }
        _ => None,
    }
}

/// What may be gone by itself on the next try: a service that is away, a port or a name that is still held, a full disk.
fn worth_a_retry(step: Step, error: &Error) -> bool {
    const PASSING: [&str; 7] = [
        "address already in use",
        "already in use by",
        "no space left on device",
        "temporarily unavailable",
        "image not known",
        "timed out",
        "too many open files",
    ];
    match error {
        Error::Podman { cause, message, .. } => {
            let text = format!("{cause} {message}").to_lowercase();
            matches!(step, Step::Remove | Step::Replace | Step::Facts | Step::Namesake)
                || PASSING.iter().any(|words| text.contains(words))
        }
        error => error.is_unreachable(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advice_to(cause: &str) -> Option<&'static str> {
        advice(&Error::Podman {
            path: "/containers/create".to_owned(),
            status: 500,
            cause: cause.to_owned(),
            message: String::new(),
        })
    }

    #[test]
    fn a_node_without_a_journal_is_not_taken_for_one_without_a_volume() {
        let journal = "failed to initialize journal: write unixgram @1->/run/systemd/journal/socket: sendmsg: no such \
                       file or directory";
        assert!(advice_to(journal).is_some_and(|advice| advice.starts_with("No journal runs on this node")));
        let volume = "statfs /srv/data: no such file or directory";
        assert!(advice_to(volume).is_some_and(|advice| advice.starts_with("A source of a mount")));
        assert_eq!(advice_to("something else"), None);
    }
}
