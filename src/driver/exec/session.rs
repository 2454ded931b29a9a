//! One command in a container, from its making until Podman has forgotten it. A session that is dropped before its
//! command has ended ends the command: Podman itself would let it run.

use std::time::Duration;

use tokio::sync::OnceCell;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tracing::{debug, warn};

use super::connection::Connection;
use crate::driver::errors::Failure;
use crate::driver::process::Process;
use crate::driver::task::{Phase, Task};
use crate::podman::{Client, Error, ExecConfig, ExecStream, Method, TtySize};

/// How often Podman is asked whether a command runs whose process cannot be seen from here.
const LOOK: Duration = Duration::from_secs(10);

/// How often, and how many times, Podman is asked for what it knows in a moment.
const SOON: (Duration, u32) = (Duration::from_millis(50), 20);

/// How many times of that a process may take to appear, on a machine that is busy.
const APPEARING: u32 = 400;

/// A command.
#[derive(Debug)]
pub struct Session {
    command: Handle,
    tty: bool,
    start: Start,
    ended: bool,
    leader: OnceCell<Found>,
}

#[derive(Debug, Clone)]
struct Handle {
    podman: Client,
    container_id: String,
    id: String,
}

/// How far its start is.
#[derive(Debug, Default)]
enum Start {
    /// Podman was not asked.
    #[default]
    Not,
    /// Podman was asked. The task goes on if nobody waits for it.
    Asked(JoinHandle<Result<ExecStream, Error>>),
    /// Podman has agreed.
    Attached(Connection),
}

/// Where a command's process is.
#[derive(Debug)]
enum Found {
    /// Here.
    Here(Process),
    /// Podman knows it under this ID, and we do not see it.
    Elsewhere(u32),
    /// Nowhere any more.
    Ended,
}

impl Session {
    /// Prepares a command.
    ///
    /// # Errors
    /// The task has ended, or Podman refuses.
    pub async fn create(task: &Task, config: &ExecConfig) -> Result<Self, Failure> {
        if matches!(task.status.borrow().phase, Phase::Ended(_)) {
            return Err(Failure::new("cannot create exec session: the task has ended"));
        }
        let (podman, container_id) = (task.socket.podman.clone(), task.container_id.clone());
        let id = podman.create_exec(&container_id, config).await;
        let id = id.map_err(|error| refused("create", &error))?;
        let command = Handle { podman, container_id, id };
        Ok(Self { command, tty: config.tty, start: Start::Not, ended: false, leader: OnceCell::new() })
    }

    /// Starts it. A terminal has this size from the beginning.
    ///
    /// # Errors
    /// Podman refuses, for example because the container has no such user.
    pub async fn start(&mut self, size: Option<TtySize>) -> Result<Connection, Failure> {
        let Handle { podman, id, .. } = self.command.clone();
        let tty = self.tty;
        let asked = tokio::spawn(async move { podman.start_exec(&id, tty, size).await });
        self.start = Start::Asked(asked);
        let Start::Asked(asked) = &mut self.start else { return Err(Failure::new("it is being started")) };
        let started = asked.await;
        self.start = Start::Not;
        let stream = match started {
            Ok(answer) => answer.map_err(|error| refused("start", &error))?,
            Err(panic) => return Err(Failure::new(format!("cannot start exec session: {panic}"))),
        };
        let connection = Connection::new(stream);
        self.start = Start::Attached(connection.clone());
        Ok(connection)
    }

    /// Tells its terminal a new size. It may be too early for that, or too late; neither matters for long.
    pub async fn resize(&self, size: TtySize) {
        let Handle { podman, id, .. } = &self.command;
        for _ in 0..SOON.1 {
            match podman.resize_exec(id, size).await {
                Ok(()) => return,
                Err(error) if error.is_unreachable() || error.is_absent() => return,
                Err(_) => sleep(SOON.0).await,
            }
        }
    }

    /// Waits for the end of the command itself, which its output may outlive: what it started can hold that open.
    pub async fn ended(&self) {
        match self.leader().await {
            Found::Here(leader) if leader.ended().await.is_ok() => {}
            Found::Ended => {}
            Found::Here(_) | Found::Elsewhere(_) => loop {
                sleep(LOOK).await;
                if let Ok(None) = self.command.pid().await {
                    return;
                }
            },
        }
    }

    /// The exit code, when the command has ended. Afterwards Podman forgets it.
    ///
    /// # Errors
    /// Podman does not know it, as after the end of the container.
    pub async fn exit_code(&mut self) -> Result<i32, Failure> {
        let Handle { podman, id, .. } = &self.command;
        for _ in 0..SOON.1 {
            let state = podman.inspect_exec(id).await.map_err(|error| refused("inspect", &error))?;
            let Some(state) = state else {
                self.ended = true;
                return Err(Failure::new(
                    "cannot inspect exec session, status code: 404: Podman has forgotten the command, as it does when the container ends; its exit code is not known",
                ));
            };
            if !state.running {
                self.ended = true;
                let command = self.command.clone();
                tokio::spawn(async move { command.forget().await });
                return Ok(state.exit_code);
            }
            sleep(SOON.0).await;
        }
        Err(Failure::new("the output of the command ended, and Podman says that it still runs"))
    }

    /// Ends the command.
    ///
    /// # Errors
    /// Why it may still run, in words.
    pub async fn end(mut self) -> Result<(), String> {
        // In a task of its own: it is done even if nobody waits for it any more.
        match self.ending() {
            Some(ending) => tokio::spawn(ending).await.unwrap_or_else(|error| Err(error.to_string())),
            None => Ok(()),
        }
    }

    /// What ends the command, once.
    fn ending(&mut self) -> Option<impl Future<Output = Result<(), String>> + use<>> {
        let (command, leader) = (self.command.clone(), self.leader.take());
        let start = std::mem::take(&mut self.start);
        let ended = std::mem::replace(&mut self.ended, true);
        (!ended).then_some(async move { command.end(start, leader).await })
    }

    /// The command's process, once it is known.
    async fn leader(&self) -> &Found {
        let find = || async {
            // Its ID may be known a moment after the start only.
            for _ in 0..SOON.1 {
                match self.command.pid().await {
                    Ok(Some(pid)) => return self.command.find(pid),
                    Ok(None) => sleep(SOON.0).await,
                    // Whoever reads the output sees the same.
                    Err(_) => std::future::pending().await,
                }
            }
            Found::Ended
        };
        self.leader.get_or_init(find).await
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let container = self.command.container_id.clone();
        // Outside of a runtime there is nobody left who could.
        if let (Some(ending), Ok(runtime)) = (self.ending(), tokio::runtime::Handle::try_current()) {
            runtime.spawn(async move {
                if let Err(reason) = ending.await {
                    warn!(container, reason, "a command in a container may still run");
                }
            });
        }
    }
}

impl Handle {
    /// The ID of its process where Podman is; `None` when it does not run.
    async fn pid(&self) -> Result<Option<u32>, Error> {
        let state = self.podman.inspect_exec(&self.id).await?;
        Ok(state.filter(|state| state.running && state.pid != 0).map(|state| state.pid))
    }

    /// The same of a command that may still be on its way: it has come when its process is there, and gone when its
    /// output has ended. Until then the connection has to stay.
    async fn pid_after_start(&self, connection: Connection) -> Result<Option<u32>, Error> {
        let gone = connection.drain();
        tokio::pin!(gone);
        for _ in 0..APPEARING {
            let pid = self.pid().await?;
            if pid.is_some() {
                return Ok(pid);
            }
            tokio::select! {
                () = &mut gone => return Ok(None),
                () = sleep(SOON.0) => {}
            }
        }
        Ok(None)
    }

    fn find(&self, pid: u32) -> Found {
        Process::of(pid, &self.container_id).map_or(Found::Elsewhere(pid), Found::Here)
    }

    /// Kills it, waits until Podman knows, and makes Podman forget it.
    async fn end(&self, start: Start, known: Option<Found>) -> Result<(), String> {
        let connection = match start {
            Start::Not => None,
            Start::Asked(asked) => asked.await.ok().and_then(Result::ok).map(Connection::new),
            Start::Attached(connection) => Some(connection),
        };
        let pid = match connection {
            None => self.pid().await,
            Some(connection) => self.pid_after_start(connection).await,
        };
        let pid = pid.map_err(|error| error.to_string())?;
        let found = known.filter(|found| !matches!(found, Found::Ended));
        let killed = match (pid, found.or(pid.map(|pid| self.find(pid)))) {
            (None, _) | (_, None | Some(Found::Ended)) => Ok(()),
            (_, Some(Found::Here(leader))) => leader.kill().map_err(|error| error.to_string()),
            (_, Some(Found::Elsewhere(pid))) => self.kill_from_inside(pid).await,
        };
        killed?;
        for _ in 0..SOON.1 {
            if self.pid().await.map_err(|error| error.to_string())?.is_none() {
                self.forget().await;
                return Ok(());
            }
            sleep(SOON.0).await;
        }
        Err("it was killed, and Podman says that it still runs".to_owned())
    }

    /// Kills a process that only Podman sees: by a second command in the container, which has to have a `kill`.
    async fn kill_from_inside(&self, pid: u32) -> Result<(), String> {
        let path = format!("/containers/{}/top?stream=false&ps_args=pid,hpid", self.container_id);
        let answer = self.podman.send(Method::GET, &path, None).await.map_err(|error| error.to_string())?;
        let inside =
            pid_inside(&answer.body, pid).ok_or("Podman does not say its process ID in the container")?;
        let command = ["kill", "-KILL", &format!("-{inside}")].map(str::to_owned).to_vec();
        let config = ExecConfig { command, attach_stderr: true, ..ExecConfig::default() };
        let run = async {
            let id = self.podman.create_exec(&self.container_id, &config).await?;
            let mut output = self.podman.start_exec(&id, false, None).await?;
            // It says nothing, or why it cannot be started; either way its end is what counts.
            let _ = tokio::io::copy(&mut output, &mut tokio::io::sink()).await;
            let code = self.podman.inspect_exec(&id).await?.map(|state| state.exit_code);
            let _ = self.podman.remove_exec(&id).await;
            Ok::<_, Error>(code)
        };
        match run.await {
            Ok(None | Some(0)) => Ok(()),
            Ok(Some(code)) => Err(format!("`kill` in the container ended with {code}")),
            Err(error) => Err(error.to_string()),
        }
    }

    async fn forget(&self) {
        if let Err(error) = self.podman.remove_exec(&self.id).await {
            debug!(%error, "Podman keeps a command that has ended");
        }
    }
}

/// The ID within the container of the process that has this one where Podman is.
fn pid_inside(top: &[u8], pid: u32) -> Option<u32> {
    let top: serde_json::Value = serde_json::from_slice(top).ok()?;
    let titles = top.get("Titles")?.as_array()?;
    let column = |name: &str| titles.iter().position(|title| title.as_str() == Some(name));
    let (inside, outside) = (column("PID")?, column("HPID")?);
    let pid = pid.to_string();
    let mut rows = top.get("Processes")?.as_array()?.iter().filter_map(|row| row.as_array());
    let row = rows.find(|row| row.get(outside).and_then(|id| id.as_str()) == Some(&pid))?;
    row.get(inside)?.as_str()?.parse().ok()
}

/// Podman's refusal, in the Go driver's words first.
fn refused(what: &str, error: &Error) -> Failure {
    let ended =
        if error.is_wrong_state() || error.is_absent() { " (the container does not run)" } else { "" };
    Failure::new(match error {
        Error::Podman { status, message, .. } => {
            format!("cannot {what} exec session, status code: {status}: {message}{ended}")
        }
        other => format!("cannot {what} exec session: {other}"),
    })
}

#[cfg(test)]
mod tests {
    use super::pid_inside;

    #[test]
    fn a_process_is_found_by_the_hosts_id() {
        let top = br#"{"Titles":["PID","HPID"],"Processes":[["1","21377"],["7","?"],["18","21450"]]}"#;
        assert_eq!(pid_inside(top, 21450), Some(18));
        assert_eq!(pid_inside(top, 18), None);
        for top in ["{}", "", r#"{"Titles":["HPID"],"Processes":[["21450"]]}"#, r#"{"Titles":null}"#] {
            assert_eq!(pid_inside(top.as_bytes(), 21450), None, "{top}");
        }
    }
}
