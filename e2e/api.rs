//! Nomad's HTTP API, spoken plainly: one request a connection, answers whole or as they come, and queries that the
//! agent answers only when something has changed. What the answers mean is for those who ask.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::inside::Inside;

/// Where the agent listens, in the namespace.
pub const PORT: u16 = 4646;

/// How long something that a scenario waits for may take: many times what it needs, on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// A client of one agent.
pub struct Api {
    inside: Inside,
}

/// An answer whose body has not been read.
pub struct Answer {
    /// HTTP's.
    pub status: u16,
    /// The state's index that the answer shows, for the next blocking query.
    pub index: u64,
    /// The body, as it comes.
    pub body: BufReader<TcpStream>,
}

impl Api {
    /// A client of the agent in these namespaces.
    pub fn new(inside: Inside) -> Self {
        Self { inside }
    }

    /// The namespaces that the agent runs in.
    pub fn inside(&self) -> &Inside {
        &self.inside
    }

    /// Sends a request. `path` begins with `/v1`. Fails where nobody answers, not because of a status.
    pub fn send(&self, method: &str, path: &str, body: Option<&Value>) -> io::Result<Answer> {
        let stream = self.inside.connect(PORT)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let body = body.map(Value::to_string).unwrap_or_default();
        // HTTP/1.0: the answer is neither in chunks nor kept open.
        let head =
            format!("{method} {path} HTTP/1.0\r\nHost: nomad\r\nContent-Length: {}\r\n\r\n", body.len());
        (&stream).write_all(head.as_bytes())?;
        (&stream).write_all(body.as_bytes())?;
        read_head(BufReader::new(stream))
    }

    /// Sends a request and reads the answer, which has to be one of success. Null where it is not JSON.
    pub fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let mut answer =
            self.send(method, path, body).unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        let mut text = String::new();
        answer.body.read_to_string(&mut text).unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        assert_eq!(answer.status, 200, "{method} {path}: {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// Asks for something.
    pub fn get(&self, path: &str) -> Value {
        self.ask("GET", path, None)
    }

    /// Asks again each time that the agent sees a change, until `found` finds something in the answer.
    /// An agent that is away for a while is waited for.
    pub fn wait<T>(&self, what: &str, path: &str, mut found: impl FnMut(&Value) -> Option<T>) -> T {
        let started = Instant::now();
        let mut index = 0;
        let mut last = String::new();
        while started.elapsed() < PATIENCE {
            let separator = if path.contains('?') { '&' } else { '?' };
            let mut text = String::new();
            let asked = self
                .send("GET", &format!("{path}{separator}index={index}&wait=10s"), None)
                .and_then(|mut answer| answer.body.read_to_string(&mut text).map(|_| answer));
            match asked {
                Ok(answer) if answer.status == 200 => {
                    if answer.index <= 1 {
                        // A state without anything in it is no index that can be waited on.
                        thread::sleep(Duration::from_millis(50));
                    }
                    index = answer.index;
                    let value = serde_json::from_str(&text).unwrap_or(Value::Null);
                    if let Some(found) = found(&value) {
                        return found;
                    }
                }
                // It starts, or has no leader yet: there is nothing to be notified of.
                Ok(_) | Err(_) => {
                    index = 0;
                    thread::sleep(Duration::from_millis(50));
                }
            }
            last = text;
        }
        panic!("{what}: not within {PATIENCE:?}; {path} says last: {last}");
    }
}

fn read_head(mut body: BufReader<TcpStream>) -> io::Result<Answer> {
    let mut line = String::new();
    body.read_line(&mut line)?;
    let status =
        line.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
    let mut index = 0;
    loop {
        line.clear();
        body.read_line(&mut line)?;
        let header = line.trim_end();
        if header.is_empty() {
            return Ok(Answer { status, index, body });
        }
        if let Some(("x-nomad-index", value)) = header.to_ascii_lowercase().split_once(": ") {
            index = value.parse().unwrap_or(0);
        }
    }
}
