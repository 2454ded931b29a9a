//! Credential helpers: `docker-credential-NAME get`, with the registry on standard input and JSON on standard output.
//! It gets a clean environment and its own process group, holds none of the plugin's streams, and has ten seconds.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::fd::OwnedFd;
use rustix::process::{Pid, Signal, kill_process_group};
use serde::Deserialize;
use tokio::io::unix::AsyncFd;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Child;

use super::credentials::Found;
use super::go_text;
use super::together::Together;
use crate::driver::process;
use crate::plugin::child::command;

/// How long a helper may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long somebody else may hold the helper's output open after its end.
const REST: Duration = Duration::from_millis(500);
/// No answer is longer, in bytes.
const LONGEST: u64 = 64 << 10;
/// What helpers print, by their protocol, where they have nothing for a registry.
const NOTHING: &str = "credentials not found";
/// Variables that a helper gets from the agent's environment. Nomad's own, which may hold tokens, are not among them.
const PASSED_ON: [&str; 14] = [
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "TMPDIR",
    "LANG",
    "DOCKER_CONFIG",
    "REGISTRY_AUTH_FILE",
    "GNUPGHOME",
    "PASSWORD_STORE_DIR",
    "DBUS_SESSION_BUS_ADDRESS",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
];
/// The same, for whole families: those of clouds, certificates and desktops.
const FAMILIES: [&str; 7] = ["AWS_", "AZURE_", "GOOGLE_", "CLOUDSDK_", "SSL_CERT_", "XDG_", "LC_"];

/// The credentials that the helper has for the first of these servers that it knows.
///
/// # Errors
/// The helper cannot be run, fails, or answers something else. Its output is in no error.
pub(super) async fn ask(name: &str, servers: &[String]) -> Result<Option<Found>, String> {
    if !is_plain(name) {
        return Err(format!(
            "failed to run credential-helper {name:?}: that is no name of a helper. `ecr-login` stands for the program \
             docker-credential-ecr-login, which is looked for in the agent's PATH"
        ));
    }
    let (asking, ()) = ASKINGS.join((name.to_owned(), servers.to_vec()), || {
        (Box::pin(one_after_the_other(name.to_owned(), servers.to_vec())), ())
    });
    asking.await
}

/// Many tasks of one registry that start at once ask its helper once.
static ASKINGS: Together<(String, Vec<String>), Asked, ()> = Together::new();

/// What came of asking a helper.
type Asked = Result<Option<Found>, String>;

async fn one_after_the_other(name: String, servers: Vec<String>) -> Asked {
    let program = format!("docker-credential-{name}");
    for server in &servers {
        let found = ask_for(&name, &program, server, PATIENCE).await?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// Whether it is the name of a program and no path: a file of credentials must not choose any other.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "._-".contains(letter))
}

async fn ask_for(
    name: &str,
    program: &str,
    server: &str,
    patience: Duration,
) -> Result<Option<Found>, String> {
    let failed = |reason: String| {
        format!(
            "failed to run credential-helper {name:?}: {reason}. To see why, run as the agent's user: \
             echo {server} | docker-credential-{name} get"
        )
    };
    let (status, output) = tokio::time::timeout(patience, run(program, server))
        .await
        .map_err(|_| failed(format!("it did not end within {patience:?}")))?
        .map_err(|error| failed(go_text(&error)))?;
    if !status.success() {
        return match String::from_utf8_lossy(&output).contains(NOTHING) {
            true => Ok(None),
            false => Err(failed(status.to_string())),
        };
    }
    let answer: Answer = serde_json::from_slice(&output).map_err(|error| {
        format!(
            "failed to read credential from credential-helper {name:?}: it is not JSON, from line {}, column {} on",
            error.line(),
            error.column()
        )
    })?;
    Ok(Found::new(&answer.username, &answer.secret))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    #[serde(default)]
    username: String,
    #[serde(default)]
    secret: String,
}

async fn run(program: &str, server: &str) -> std::io::Result<(ExitStatus, Vec<u8>)> {
    let mut child = command(program)
        .arg("get")
        .env_clear()
        .envs(std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(is_passed_on)))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .process_group(0)
        .spawn()?;
    let mut group = Group::of(&child);
    let (input, output) = (child.stdin.take(), child.stdout.take());
    let write = async {
        let Some(mut input) = input else { return };
        // A helper that ends without reading is judged by its answer.
        _ = input.write_all(server.as_bytes()).await;
    };
    let mut bytes = Vec::new();
    let read = async {
        let Some(output) = output else { return Ok(0) };
        output.take(LONGEST + 1).read_to_end(&mut bytes).await
    };
    tokio::select! {
        ((), read) = async { tokio::join!(write, read) } => drop(read?),
        () = group.ended_a_while_ago() => {}
    }
    if u64::try_from(bytes.len()).is_ok_and(|length| length > LONGEST) {
        return Err(std::io::Error::other("it answers too much"));
    }
    group.ended().await;
    Ok((child.wait().await?, bytes))
}

fn is_passed_on(name: &str) -> bool {
    let upper = name.to_uppercase();
    PASSED_ON.contains(&upper.as_str()) || FAMILIES.iter().any(|family| name.starts_with(family))
}

/// The helper and what it started: killed together, as soon as the helper has ended or is given up. Only what made itself
/// independent, as the agents of key stores do, goes on.
struct Group {
    leader: Option<Pid>,
    end: Option<AsyncFd<OwnedFd>>,
}

impl Group {
    fn of(child: &Child) -> Self {
        let leader = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        Self { leader, end: leader.and_then(process::handle) }
    }

    /// Waits for the helper's end, and then for what others may still have to print.
    async fn ended_a_while_ago(&self) {
        let Some(end) = &self.end else { return std::future::pending().await };
        _ = end.readable().await;
        tokio::time::sleep(REST).await;
    }

    /// Waits for the helper's end, and kills what it left. Its number is nobody else's yet: it has not been collected. On
    /// a kernel that cannot tell its end, what it left is left alone.
    async fn ended(&mut self) {
        match &self.end {
            Some(end) => {
                _ = end.readable().await;
                self.kill();
            }
            None => self.leader = None,
        }
    }

    fn kill(&mut self) {
        if let Some(group) = self.leader.take() {
            // An error means that there is nobody left.
            _ = kill_process_group(group, Signal::KILL);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

#[cfg(test)]
#[path = "helper_tests.rs"]
mod tests;
