//! From launch to end: the order in which a plugin does things. What it serves beside go-plugin's own services comes
//! from the caller, and is made only when the host has been told where to connect.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use signal_hook::consts::signal::{SIGHUP, SIGINT, SIGTERM};
use tokio::runtime::Builder;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::launch::{Environment, Launch};
use super::listener::{self, Listener};
use super::server::{self, Routes};
use super::{hclog, panics};

/// Threads that run futures. Work that blocks has threads of its own, which end when idle.
const WORKERS: usize = 2;
/// Log lines that a slow host has not read are given up at the end.
const LAST_LINES: Duration = Duration::from_millis(100);

/// What a plugin is called, and what it does not tell.
#[derive(Debug, Clone, Copy)]
pub struct Identity {
    /// The name of the program.
    pub program: &'static str,
    /// The name of its logger.
    pub logger: &'static str,
    /// Its version.
    pub version: &'static str,
    /// Whether a field of the log of this name holds a secret.
    pub is_secret: fn(&str) -> bool,
}

/// Why the program ends.
enum End {
    Told,
    Signal(i32),
}

/// Runs a plugin until its end. `services` is called inside of the runtime.
pub fn run(identity: &Identity, services: impl FnOnce() -> Routes) -> ExitCode {
    let arguments = std::env::args_os().skip(1);
    match Launch::new(identity.program, identity.version, arguments, |name| std::env::var_os(name)) {
        Launch::Serve(environment) => launched(identity, &environment, services),
        Launch::Answer(text) => {
            // A person who closed the pipe does not want to read on.
            let _ = io::stdout().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Launch::Refuse(text) => {
            let _ = io::stderr().write_all(text.as_bytes());
            ExitCode::FAILURE
        }
    }
}

fn launched(identity: &Identity, environment: &Environment, services: impl FnOnce() -> Routes) -> ExitCode {
    // An agent in the foreground that is told to stop with Ctrl-C stops its plugins itself.
    let ignored = signal_hook::flag::register(SIGINT, Arc::new(AtomicBool::new(false)));
    hclog::install(identity.logger, identity.is_secret);
    panics::log_them();
    if let Err(error) = ignored {
        tracing::warn!(error = &error as &dyn std::error::Error, "SIGINT is not ignored");
    }
    raise_file_limit();
    let runtime = match Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .thread_name("plugin")
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.to_string()),
    };
    let outcome = runtime.block_on(served(environment, services));
    // Most of the futures that still run never end.
    runtime.shutdown_background();
    let outcome = outcome.and_then(ended);
    hclog::flush(LAST_LINES);
    outcome.map_or_else(|error| failed(&error), |()| ExitCode::SUCCESS)
}

/// As many open files as the system lets us have: each task takes a few, and the usual limit of 1024 is meant for programs
/// that call `select`.
fn raise_file_limit() {
    let limit = getrlimit(Resource::Nofile);
    // It may be forbidden; what was there before has to do then.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
}

fn failed(error: &str) -> ExitCode {
    tracing::error!(error, "plugin init error");
    hclog::flush(LAST_LINES);
    ExitCode::FAILURE
}

/// A socket that the host knows of.
fn announced(environment: &Environment) -> Result<Listener, String> {
    if environment.asks_tls {
        return Err("the host asks for TLS (PLUGIN_CLIENT_CERT is set), which this plugin does not speak: \
                    turn AutoMTLS off in the host; Nomad never asks for it"
            .to_owned());
    }
    for complaint in environment.version_complaints() {
        tracing::warn!("{complaint}");
    }
    let listener = Listener::bind(environment)?;
    tracing::debug!(network = "unix", address = %listener.path.display(), "plugin address");
    announce(&listener.handshake(environment)).inspect_err(|_| listener.remove())?;
    Ok(listener)
}

/// The only thing ever written to standard output. After it the descriptor leads nowhere, so that nothing can fill a
/// pipe that the host has stopped to read.
fn announce(handshake: &str) -> Result<(), String> {
    let told = |error: io::Error| format!("the host cannot be told where to connect: {error}");
    let mut stdout = io::stdout().lock();
    stdout.write_all(handshake.as_bytes()).and_then(|()| stdout.flush()).map_err(told)?;
    let redirected = OpenOptions::new()
        .write(true)
        .open("/dev/null")
        .and_then(|nowhere| rustix::stdio::dup2_stdout(nowhere).map_err(io::Error::from));
    if let Err(error) = redirected {
        tracing::warn!(error = &error as &dyn std::error::Error, "standard output stays open");
    }
    Ok(())
}

/// Serves until there is a reason to end. Signals are caught from before there is a socket to leave behind.
async fn served(environment: &Environment, services: impl FnOnce() -> Routes) -> Result<End, String> {
    let caught = |kind| signal(kind).map_err(|error| format!("signals cannot be caught: {error}"));
    let (mut terminate, mut hang_up) = (caught(SignalKind::terminate())?, caught(SignalKind::hangup())?);
    tokio::spawn(log_interrupts(caught(SignalKind::interrupt())?));
    let listener = announced(environment)?;
    let path = listener.path.clone();
    let end = CancellationToken::new();
    let outcome = async {
        listener.socket.set_nonblocking(true)?;
        let socket = tokio::net::UnixListener::from_std(listener.socket)?;
        let server = tokio::spawn(server::serve(socket, services(), end.clone()));
        Ok(tokio::select! {
            () = end.cancelled() => End::Told,
            _ = terminate.recv() => End::Signal(SIGTERM),
            _ = hang_up.recv() => End::Signal(SIGHUP),
            outcome = server => return Err(io::Error::other(format!("it ended by itself: {outcome:?}"))),
        })
    };
    let outcome = outcome.await;
    listener::remove(&path);
    outcome.map_err(|error| format!("the server on the plugin's socket: {error}"))
}

async fn log_interrupts(mut interrupts: Signal) {
    let mut count = 0_u64;
    while interrupts.recv().await.is_some() {
        count = count.saturating_add(1);
        tracing::trace!(count, "an interrupt signal is ignored");
    }
}

/// Ends as the reason has it.
fn ended(end: End) -> Result<(), String> {
    let End::Signal(number) = end else { return Ok(()) };
    tracing::debug!(signal = number, "a signal ends the plugin");
    hclog::flush(LAST_LINES);
    // Whoever waits for this process sees the signal. What follows is for a system that does not send it.
    let _ = signal_hook::low_level::emulate_default_handler(number);
    Err(format!("signal {number}"))
}
