//! A service on a unix socket that does with each connection what a test says: what no Podman does when it is asked to.
//! What it was asked is kept, so that a test can say what was sent and how often.

#![allow(dead_code)]

use std::io::{BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use nomad_driver_podman::podman::{Client, Deadlines};
use tempfile::TempDir;

use super::http;

/// How long a test waits for what has to come.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A service.
pub struct Peer {
    folder: TempDir,
    asked: Arc<Mutex<Vec<Asked>>>,
    closed: Mutex<Receiver<usize>>,
    ended: Arc<AtomicBool>,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Which connection it came over, counted from 0.
    pub connection: usize,
    /// Its first line and headers.
    pub head: String,
    /// Its body; of a chunked one, the data.
    pub body: Vec<u8>,
}

impl Asked {
    /// Method and path.
    pub fn line(&self) -> &str {
        self.head.split(" HTTP/1.1").next().unwrap_or_default()
    }
}

/// The service's side of a connection.
pub struct Connection {
    /// Counted from 0.
    pub number: usize,
    stream: BufReader<UnixStream>,
    asked: Arc<Mutex<Vec<Asked>>>,
    closed: Sender<usize>,
}

impl Peer {
    /// Serves each connection by `script`, in a thread of its own; the connection is closed when it returns.
    pub fn new(script: impl Fn(&mut Connection) + Send + Sync + 'static) -> Self {
        let folder = TempDir::with_prefix("peer-").unwrap();
        let listener = UnixListener::bind(folder.path().join("p.sock")).unwrap();
        let (asked, ended) = (Arc::<Mutex<Vec<Asked>>>::default(), Arc::<AtomicBool>::default());
        let (closing, closed) = channel();
        let peer = Self { folder, asked: asked.clone(), closed: Mutex::new(closed), ended: ended.clone() };
        let script = Arc::new(script);
        thread::spawn(move || {
            for (number, stream) in listener.incoming().flatten().enumerate() {
                if ended.load(Ordering::SeqCst) {
                    return;
                }
                let (asked, closed, script) = (asked.clone(), closing.clone(), script.clone());
                let stream = BufReader::new(stream);
                thread::spawn(move || script(&mut Connection { number, stream, asked, closed }));
            }
        });
        peer
    }

    /// One that answers every request with these bytes and hangs up.
    pub fn answering(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::new(move |connection| {
            if connection.request().is_some() {
                connection.send(&answer);
            }
        })
    }

    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("p.sock")
    }

    pub fn client(&self, deadlines: Deadlines) -> Client {
        Client::new(self.socket(), deadlines)
    }

    /// What was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// Method and path of each request so far, without the API's prefix, and its connection.
    pub fn lines(&self) -> Vec<(usize, String)> {
        let line = |asked: &Asked| (asked.connection, asked.line().replace("/v4.0.0/libpod", ""));
        self.asked().iter().map(line).collect()
    }

    /// Waits until the client has closed so many connections that [`Connection::until_closed`] watches; which ones.
    pub async fn closed(&self, count: usize) -> Vec<usize> {
        let mut closed = Vec::new();
        while closed.len() < count {
            // The connections are closed by tasks of the runtime, so it must not be kept waiting.
            tokio::time::sleep(Duration::from_millis(5)).await;
            closed.extend(self.closed.lock().unwrap().try_iter());
        }
        closed.sort_unstable();
        closed
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        let _ = UnixStream::connect(self.socket());
    }
}

impl Connection {
    /// Reads a whole request; `None` when the client closed.
    pub fn request(&mut self) -> Option<Asked> {
        let head = self.head()?;
        let body = http::body(&head, &mut self.stream)?;
        let asked = Asked { connection: self.number, head, body };
        self.asked.lock().unwrap().push(asked.clone());
        Some(asked)
    }

    /// Reads the head of a request and leaves its body where it is.
    pub fn head(&mut self) -> Option<String> {
        http::head(&mut self.stream)
    }

    /// Sends bytes; whether the client still takes them.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.stream.get_mut().write_all(bytes.as_ref()).is_ok()
    }

    /// Sends a whole answer, after which the connection can be used again.
    pub fn answer(&mut self, status: u16, body: &str) -> bool {
        self.send(answer(status, body))
    }

    /// Sends the head of an answer whose body is chunked.
    pub fn begin(&mut self) -> bool {
        self.send(http::CHUNKED)
    }

    /// Sends a chunk.
    pub fn chunk(&mut self, data: impl AsRef<[u8]>) -> bool {
        self.send(http::chunk(data))
    }

    /// Ends a chunked answer.
    pub fn end(&mut self) -> bool {
        self.send("0\r\n\r\n")
    }

    /// Reads until the client closes, and tells the test.
    pub fn until_closed(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        let _ = self.stream.read_to_end(&mut rest);
        let _ = self.closed.send(self.number);
        rest
    }

    /// Reads so many bytes.
    pub fn read(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        self.stream.read_exact(&mut bytes).unwrap();
        bytes
    }
}

/// A whole answer.
pub fn answer(status: u16, body: &str) -> String {
    http::whole("5.0.0", status, body)
}

/// A chunked answer that ends well.
pub fn stream(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n", body.len())
}

/// Runs a future on a runtime of its own, for no longer than a test may take.
pub fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(PATIENCE, future).await.expect("done in time") })
}

/// A client's usual limits, short enough for a test that does not want to meet them.
pub fn patient() -> Deadlines {
    Deadlines { connect: PATIENCE, first_byte: Some(PATIENCE), idle: Some(PATIENCE), total: None }
}
