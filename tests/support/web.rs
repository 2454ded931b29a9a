//! A web server for tests, on a port of its own: it answers each request as a test says, and keeps what it was asked.
//! It knows just enough HTTP for that, and can do what a good server does not: break off, say nothing, be slow.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::io::{BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::http;

/// What is answered.
pub enum Web {
    /// A file.
    File(Vec<u8>),
    /// A file of which only so many bytes come, before the connection is closed.
    Cut(Vec<u8>, usize),
    /// A file in pieces of so many bytes, with a pause before each.
    Slow(Vec<u8>, usize, Duration),
    /// The beginning of a file, and then nothing.
    Stalled(Vec<u8>),
    /// A status such as `404 Not Found`, and headers with their line ends.
    Status(&'static str, String),
    /// The connection is closed.
    Close,
}

type Answers = dyn Fn(&str, usize) -> Web + Send + Sync;

/// The server. Its thread ends with the test's process.
pub struct Server {
    address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Answers by path and by how many were asked before.
    pub fn start(answers: impl Fn(&str, usize) -> Web + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let (seen, answers): (_, Arc<Answers>) = (heads.clone(), Arc::new(answers));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (seen, answers) = (seen.clone(), answers.clone());
                thread::spawn(move || serve(stream, &seen, &*answers));
            }
        });
        Self { address, heads }
    }

    /// An address below it, with what stands before the host.
    pub fn url_with(&self, before: &str, path: &str) -> String {
        format!("http://{before}{}{path}", self.address)
    }

    /// An address below it.
    pub fn url(&self, path: &str) -> String {
        self.url_with("", path)
    }

    /// Heads of all requests so far.
    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

fn serve(mut stream: TcpStream, seen: &Mutex<Vec<String>>, answers: &Answers) {
    let Some(head) = http::head(&mut BufReader::new(&stream)) else { return };
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let before = {
        let mut seen = seen.lock().unwrap();
        seen.push(head);
        seen.len() - 1
    };
    // The client may go away at any time.
    let _ = answer(&mut stream, answers(&path, before));
}

fn answer(stream: &mut TcpStream, web: Web) -> std::io::Result<()> {
    let head = |length: usize| format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n");
    match web {
        Web::File(file) => {
            stream.write_all(head(file.len()).as_bytes())?;
            stream.write_all(&file)
        }
        Web::Cut(file, length) => {
            stream.write_all(head(file.len()).as_bytes())?;
            stream.write_all(&file[..length])
        }
        Web::Slow(file, piece, pause) => {
            stream.write_all(head(file.len()).as_bytes())?;
            for piece in file.chunks(piece) {
                thread::sleep(pause);
                stream.write_all(piece)?;
            }
            Ok(())
        }
        Web::Stalled(begin) => {
            stream.write_all(head(begin.len() + 1).as_bytes())?;
            stream.write_all(&begin)?;
            // Until the client closes its side.
            std::io::copy(stream, &mut std::io::sink()).map(drop)
        }
        Web::Status(status, headers) => {
            let head = format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: 0\r\n{headers}\r\n");
            stream.write_all(head.as_bytes())
        }
        Web::Close => Ok(()),
    }
}
