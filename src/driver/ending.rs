//! How a container ended: its exit code and its time from Podman, and whether memory was the reason, from Podman or, while
//! it is there, from the container's cgroup. conmon does not notice every kill for want of memory.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use podman_driver_engine::lifecycle::{Exit, Look};
use tokio::time::sleep;

use super::socket::{Socket, ToldEnd};
use crate::podman::{Container, State, Status};

/// What counts as the reason where a process was killed for want of memory. As the Go driver says it.
const OOM: &str = "Podman container killed by OOM killer";

/// When Podman is asked for a container whose process has ended, after the end and after each time before. Its conmon has
/// noted the end by then, as a rule, and Podman reads that when it is asked, while who waits with Podman is told up to
/// 250 ms later: it looks four times a second itself.
const SOON: [Duration; 5] = [
    Duration::from_millis(2),
    Duration::from_millis(4),
    Duration::from_millis(8),
    Duration::from_millis(16),
    Duration::from_millis(32),
];

/// The same after Podman was waited for. Then the container is lost.
const PATIENCE: [Duration; 6] = [
    Duration::ZERO,
    Duration::from_secs(1),
    Duration::from_secs(1),
    Duration::from_secs(1),
    Duration::from_secs(1),
    Duration::from_secs(1),
];

/// How long Podman has to say how a container ended after it told the end. From that event until it has cleaned up, which
/// takes 5.8 a tenth of a second, it holds the container and answers nobody about it. A restart by the container's policy is
/// told within a few milliseconds after the end.
pub const ANSWER: Duration = Duration::from_millis(20);

/// The process of a container that runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The host's ID of its first process.
    pub pid: Option<u32>,
    /// Its cgroup below the hierarchy's mount.
    pub cgroup_path: Option<String>,
    /// When it started.
    pub started_at: Option<Timestamp>,
    /// The container's own signal to end by.
    pub stop_signal: Option<String>,
    /// The folder of its OCI bundle, as Podman's host has it. conmon makes a file `oom` there when it notices a kill for
    /// want of memory, and does so before Podman tells the end.
    pub bundle: Option<PathBuf>,
}

impl Found {
    /// What Podman shows of a container's process.
    pub fn of(container: &Container) -> Self {
        let State { pid, cgroup_path, started_at, .. } = &container.state;
        let stop_signal = container.config.stop_signal.clone();
        let bundle = Path::new(&container.oci_config_path).parent().map(Path::to_owned);
        Self { pid: *pid, cgroup_path: cgroup_path.clone(), started_at: *started_at, stop_signal, bundle }
    }
}

/// Asks Podman how a container is. `killed`: whether its cgroup told of a kill for want of memory.
pub async fn look(socket: &Socket, id: &str, killed: bool) -> Look {
    find(socket, id, killed).await.0
}

/// The same, and the container's process.
pub async fn find(socket: &Socket, id: &str, killed: bool) -> (Look, Option<Found>) {
    let inspected = {
        let _turn = socket.turn().await;
        socket.podman.inspect_container(id).await
    };
    match inspected {
        Ok(Some(container)) => (judge(&container, killed), Some(Found::of(&container))),
        Ok(None) => (kept(socket, id, killed).await, None),
        Err(error) => {
            tracing::debug!(container = id, error = %error, "Podman cannot be asked for a container");
            (Look::Unreachable, None)
        }
    }
}

/// An end that was told, with what is known besides: the event does not tell whether memory was the reason.
pub fn told_as(end: ToldEnd, oom_killed: bool, killed: bool) -> Look {
    let exit = Exit { code: end.code, oom_killed, completed_at: Some(end.at), ..Exit::default() };
    Look::Ended(finish(exit, killed))
}

/// Whether conmon noted a kill for want of memory, which is all that Podman knows of it. `None` where that cannot be seen.
pub fn noted_oom(bundle: &Path) -> Option<bool> {
    let has = |name| std::fs::exists(bundle.join(name)).unwrap_or(false);
    let noted = has("oom");
    (noted || has("config.json")).then_some(noted)
}

/// How a container ended that somebody has removed: since 5.3, Podman keeps exit codes for some minutes.
async fn kept(socket: &Socket, id: &str, killed: bool) -> Look {
    match socket.podman.wait_container(id).await {
        Ok(Some(code)) => Look::Ended(finish(Exit { code, ..Exit::default() }, killed)),
        Ok(None) => Look::Absent,
        Err(error) if error.is_unreachable() => Look::Unreachable,
        Err(_) => Look::Absent,
    }
}

/// Waits until Podman knows that a container has ended, and asks it how. `dead`: a process of it that is known to have
/// ended.
pub async fn await_exit(socket: &Socket, id: &str, killed: bool, dead: Option<u32>) -> (Look, Option<Found>) {
    if dead.is_some()
        && let Some(seen) = noticed(socket, id, killed, dead, &SOON).await
        && seen.0 != Look::Unreachable
    {
        return seen;
    }
    match socket.podman.wait_container(id).await {
        Ok(Some(code)) => match settled(socket, id, killed, dead).await {
            // The code of a container that is gone by now is still worth having.
            (Look::Absent, _) => (Look::Ended(finish(Exit { code, ..Exit::default() }, killed)), None),
            other => other,
        },
        Ok(None) => (Look::Absent, None),
        Err(error) if error.is_unreachable() => (Look::Unreachable, None),
        // Its conmon is gone: Podman waited for it in vain, and goes on to say that it runs.
        Err(error) => {
            tracing::warn!(container = id, error = %error, "Podman does not know how a container ended");
            settled(socket, id, killed, dead).await
        }
    }
}

async fn settled(socket: &Socket, id: &str, killed: bool, dead: Option<u32>) -> (Look, Option<Found>) {
    noticed(socket, id, killed, dead, &PATIENCE).await.unwrap_or((Look::Lost, None))
}

/// Looks after each of these pauses until Podman does not name the process any more that has ended; `None` if it does so
/// to the last.
async fn noticed(
    socket: &Socket,
    id: &str,
    killed: bool,
    dead: Option<u32>,
    pauses: &[Duration],
) -> Option<(Look, Option<Found>)> {
    for pause in pauses {
        sleep(*pause).await;
        let (look, found) = find(socket, id, killed).await;
        let names_the_dead =
            dead.is_some() && found.as_ref().is_some_and(|found| found.pid == dead) && look == Look::Runs;
        if !names_the_dead {
            return Some((look, found));
        }
    }
    None
}

/// What a container's state means.
pub fn judge(container: &Container, killed: bool) -> Look {
    let state = &container.state;
    match &state.status {
        Status::Running | Status::Stopping | Status::Unknown | Status::Other(_) => Look::Runs,
        Status::Paused => Look::Paused,
        // Its exit code is a default until its process has ended.
        Status::Removing if state.finished_at.is_none() || state.finished_at < state.started_at => Look::Runs,
        Status::Created | Status::Initialized => Look::NotStarted,
        Status::Stopped | Status::Exited | Status::Removing => {
            let exit = Exit {
                code: state.exit_code,
                oom_killed: state.oom_killed,
                error: state.error.clone(),
                completed_at: state.finished_at,
            };
            Look::Ended(finish(exit, killed))
        }
    }
}

/// Only who died by SIGKILL can have been killed for want of memory; a child that was is not the container's end.
fn finish(mut exit: Exit, killed: bool) -> Exit {
    exit.oom_killed |= killed && exit.code == 137;
    if exit.oom_killed && exit.error.is_empty() {
        exit.error = OOM.to_owned();
    }
    exit
}

/// Whether the counter has counted. Both files have a line `oom_kill N`.
pub fn has_counted(counter: &Path) -> bool {
    let text = std::fs::read_to_string(counter).unwrap_or_default();
    counted(&text)
}

fn counted(text: &str) -> bool {
    let count = text.lines().find_map(|line| line.strip_prefix("oom_kill "));
    count.and_then(|count| count.trim().parse::<u64>().ok()).is_some_and(|count| count > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counters_of_both_hierarchies_are_read() {
        assert!(counted("low 0\nhigh 0\nmax 12\noom 1\noom_kill 1\noom_group_kill 0\n"));
        assert!(counted("oom_kill_disable 0\nunder_oom 0\noom_kill 3\n"));
        assert!(!counted("oom_kill_disable 0\nunder_oom 0\noom_kill 0\n"));
        assert!(!counted("oom 1\n"));
        assert!(!counted(""));
    }

    #[test]
    fn a_container_that_is_being_removed_has_ended_once_it_has_an_end() {
        let of = |state: &str| {
            let text = format!(r#"{{"State": {{"Status": "removing", "ExitCode": 0, {state}}}}}"#);
            judge(&serde_json::from_str(&text).unwrap(), false)
        };
        let (early, late) = ("2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z");
        assert_eq!(of(r#""FinishedAt": "0001-01-01T00:00:00Z""#), Look::Runs);
        assert_eq!(
            of(&format!(r#""StartedAt": "{late}", "FinishedAt": "{early}""#)),
            Look::Runs,
            "of an earlier run"
        );
        assert!(matches!(of(&format!(r#""StartedAt": "{early}", "FinishedAt": "{late}""#)), Look::Ended(_)));
    }

    #[test]
    fn words_of_podman_that_say_nothing_of_an_end_are_none() {
        let of = |status: &str| {
            let text = format!(r#"{{"State": {{"Status": "{status}", "ExitCode": 0}}}}"#);
            judge(&serde_json::from_str(&text).unwrap(), false)
        };
        for (status, look) in [
            ("running", Look::Runs),
            ("stopping", Look::Runs),
            ("unknown", Look::Runs),
            ("", Look::Runs),
            ("improved", Look::Runs),
            ("paused", Look::Paused),
            ("created", Look::NotStarted),
            ("initialized", Look::NotStarted),
            ("exited", Look::Ended(Exit::default())),
            ("stopped", Look::Ended(Exit::default())),
        ] {
            assert_eq!(of(status), look, "{status}");
        }
    }

    #[test]
    fn a_kill_for_want_of_memory_is_an_error_and_another_kill_is_none() {
        let of = |code, oom_killed, killed| finish(Exit { code, oom_killed, ..Exit::default() }, killed);
        assert_eq!(of(137, false, true).error, OOM);
        assert_eq!(of(137, true, false).error, OOM);
        assert!(of(137, false, false).error.is_empty());
        let child = of(0, false, true);
        assert!(!child.oom_killed && child.error.is_empty(), "only a child of it was killed");
    }
}
