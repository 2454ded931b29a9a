//! The network namespace that a Podman of a test has for itself, entered from outside: connections to what listens
//! there, commands that run there. What is said over a connection is `api.rs`'s.

use std::fs::File;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::fd::AsFd;
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

/// How long a connection within one machine may take.
const CONNECT: Duration = Duration::from_secs(5);

/// The namespaces of a process.
pub struct Inside {
    process: u32,
    network: File,
}

impl Inside {
    /// Those of this process.
    pub fn of(process: u32) -> Self {
        let network = File::open(format!("/proc/{process}/ns/net")).expect("the network namespace");
        Self { process, network }
    }

    /// Connects to a port of the namespace's own loopback.
    pub fn connect(&self, port: u16) -> io::Result<TcpStream> {
        self.connect_to(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
    }

    /// Connects to an address that the namespace reaches.
    pub fn connect_to(&self, address: SocketAddr) -> io::Result<TcpStream> {
        // A thread of its own: it enters the namespace for good, and its sockets stay there.
        thread::scope(|scope| {
            let connecting = scope.spawn(|| {
                move_into_link_name_space(self.network.as_fd(), Some(LinkNameSpaceType::Network))?;
                TcpStream::connect_timeout(&address, CONNECT)
            });
            connecting.join().expect("the thread that connects")
        })
    }

    /// A command in the mount and network namespaces.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["--target", &self.process.to_string(), "--mount", "--net", "--", program]);
        command
    }

    /// Runs a command there, with what it reads, and no longer than a minute.
    pub fn run(&self, program: &str, args: &[&str], input: &[u8]) -> Output {
        let mut command = self.command("timeout");
        command.args(["--kill-after=5", "60", program]).args(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut running = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let mut stdin = running.stdin.take().expect("its standard input");
        thread::scope(|scope| {
            scope.spawn(move || io::Write::write_all(&mut stdin, input));
            running.wait_with_output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
        })
    }
}
