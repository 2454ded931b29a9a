//! A stand-in for Podman on a unix socket: it answers each request as a test says, and keeps what it was asked.
//! It knows just enough HTTP for that, and is no Podman: what a real one does is proved elsewhere.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::io::{BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use tempfile::TempDir;

use super::http;

/// What was asked.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// `GET`, `POST` or `DELETE`.
    pub method: String,
    /// Below `/v4.0.0/libpod`, with the query.
    pub path: String,
    /// The first line and the headers.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Asked {
    /// `GET /path`, without the query.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.path.split('?').next().unwrap())
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        http::header(&self.head, name)
    }
}

/// What is answered.
pub enum Reply {
    /// A status and a body.
    Whole(u16, String),
    /// Nothing, until the client goes away.
    Hang,
    /// A head and a first piece of the body, and then nothing more.
    Begun(String),
    /// A head, and then pieces of the body as they are sent.
    Streamed(mpsc::Receiver<String>),
    /// The connection is closed.
    Close,
}

type Answers = dyn Fn(&Asked) -> Reply + Send + Sync;

/// The stand-in. Its socket is gone when it is dropped.
pub struct StandIn {
    folder: TempDir,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl StandIn {
    /// Listens, and answers by `answers`.
    pub fn start(answers: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let folder = TempDir::with_prefix("stand-in-").unwrap();
        let listener = UnixListener::bind(folder.path().join("podman.sock")).unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (seen, answers): (_, Arc<Answers>) = (asked.clone(), Arc::new(answers));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { return };
                let (seen, answers) = (seen.clone(), answers.clone());
                thread::spawn(move || serve(stream, &seen, &*answers));
            }
        });
        Self { folder, asked }
    }

    /// Where it listens.
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("podman.sock")
    }

    /// All that was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// Method and path of all that was asked so far.
    pub fn lines(&self) -> Vec<String> {
        self.asked().iter().map(Asked::line).collect()
    }
}

fn serve(mut stream: UnixStream, seen: &Mutex<Vec<Asked>>, answers: &Answers) {
    let Some(asked) = read(&stream) else { return };
    let reply = answers(&asked);
    seen.lock().unwrap().push(asked);
    let head = |status| format!("HTTP/1.1 {status} X\r\nConnection: close\r\nLibpod-API-Version: 5.4.2\r\n");
    let answer = match reply {
        Reply::Whole(status, body) => {
            format!("{}Content-Length: {}\r\n\r\n{body}", head(status), body.len())
        }
        Reply::Begun(body) => {
            format!("{}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n", head(200), body.len())
        }
        Reply::Streamed(pieces) => {
            let _ = write!(stream, "{}Transfer-Encoding: chunked\r\n\r\n", head(200));
            for piece in pieces {
                let _ = write!(stream, "{:x}\r\n{piece}\r\n", piece.len());
            }
            return;
        }
        Reply::Hang => String::new(),
        Reply::Close => return,
    };
    let ends = answer.contains("Content-Length");
    let _ = stream.write_all(answer.as_bytes());
    if !ends {
        // Until the client closes its side.
        let _ = stream.read_to_end(&mut Vec::new());
    }
}

fn read(stream: &UnixStream) -> Option<Asked> {
    let mut reader = BufReader::new(stream);
    let head = http::head(&mut reader)?;
    let body = http::body(&head, &mut reader)?;
    let (method, path) = http::asked(&head)?;
    let (method, path) = (method.to_owned(), path.to_owned());
    Some(Asked { method, path, head, body })
}
