//! A stand-in for Podman's service that comes and goes at the place that a test names, hangs, tells events or none, and
//! counts what it is asked. It is no Podman: what a real one does when it is stopped is proved on real ones.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::collections::BTreeMap;
use std::io::{BufReader, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use serde_json::{Value, json};

use super::http;

/// How it behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    /// It answers.
    #[default]
    Well,
    /// It takes connections and requests, and answers none before its mood changes.
    Hanging,
    /// It closes connections without a byte.
    Closing,
}

/// What it does when it is asked for events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Telling {
    /// A stream that stays open.
    #[default]
    Stream,
    /// A success with an error in its body, as Podman has it before 5.3.
    ErrorInside,
    /// A status of 500.
    Refusal,
}

/// The stand-in. It ends when it is dropped.
pub struct Fickle {
    path: PathBuf,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    mood: Mood,
    telling: Telling,
    info: Value,
    ended: bool,
    connections: Vec<UnixStream>,
    taken: usize,
    listeners: Vec<UnixStream>,
    asked: Vec<String>,
    containers: BTreeMap<String, Value>,
}

impl Fickle {
    /// Listens at `path`, which nothing may occupy.
    pub fn start(path: &Path) -> Self {
        let listener = UnixListener::bind(path).expect("a free place for a socket");
        let shared = Arc::new(Shared::default());
        shared.state.lock().unwrap().info = info("file");
        let serving = shared.clone();
        thread::spawn(move || serve(&listener, &serving));
        Self { path: path.to_owned(), shared }
    }

    /// Changes what it does from now on, and for what hangs.
    pub fn be(&self, mood: Mood) {
        self.shared.state.lock().unwrap().mood = mood;
        self.shared.changed.notify_all();
    }

    /// Whether and how it tells events, and what it says of that in `info`.
    pub fn tell(&self, telling: Telling, logger: &str) {
        let mut state = self.shared.state.lock().unwrap();
        (state.telling, state.info) = (telling, info(logger));
    }

    /// What it says of itself.
    pub fn set_info(&self, info: Value) {
        self.shared.state.lock().unwrap().info = info;
    }

    /// A container that `inspect` shows.
    pub fn put(&self, id: &str, annotations: &Value) {
        let container = json!({"Id": id, "Name": id, "Config": {"Annotations": annotations}});
        self.shared.state.lock().unwrap().containers.insert(id.to_owned(), container);
    }

    /// The containers that are left.
    pub fn containers(&self) -> Vec<String> {
        self.shared.state.lock().unwrap().containers.keys().cloned().collect()
    }

    /// Sends an event to everybody who listens.
    pub fn emit(&self, action: &str, id: &str, time_nano: i64) {
        let event =
            json!({"Type": "container", "Action": action, "Actor": {"ID": id}, "timeNano": time_nano});
        let mut state = self.shared.state.lock().unwrap();
        for listener in &mut state.listeners {
            listener.write_all(&http::chunk(format!("{event}\n"))).expect("a listener");
        }
    }

    /// Ends the streams of events, and nothing else.
    pub fn end_streams(&self) {
        for mut listener in std::mem::take(&mut self.shared.state.lock().unwrap().listeners) {
            listener.write_all(&http::chunk("")).expect("a listener");
        }
    }

    /// What it was asked so far: `GET /info`, with the query.
    pub fn asked(&self) -> Vec<String> {
        self.shared.state.lock().unwrap().asked.clone()
    }

    /// How many connections it took.
    pub fn taken(&self) -> usize {
        self.shared.state.lock().unwrap().taken
    }
}

impl Drop for Fickle {
    fn drop(&mut self) {
        let mut state = self.shared.state.lock().unwrap();
        state.ended = true;
        // Wakes the one who accepts; where the file was moved away there is nobody to wake, and it ends with the test.
        let _ = UnixStream::connect(&self.path);
        let _ = std::fs::remove_file(&self.path);
        for connection in state.connections.drain(..) {
            let _ = connection.shutdown(Shutdown::Both);
        }
        drop(state);
        self.shared.changed.notify_all();
    }
}

/// What a Podman says of itself that keeps its events there.
pub fn info(logger: &str) -> Value {
    json!({
        "host": {
            "cgroupVersion": "v1",
            "cgroupManager": "cgroupfs",
            "eventLogger": logger,
            "security": {"rootless": true, "apparmorEnabled": false},
        },
        "version": {"Version": "5.4.2-rhel"},
    })
}

fn serve(listener: &UnixListener, shared: &Arc<Shared>) {
    for connection in listener.incoming() {
        let Ok(connection) = connection else { return };
        let mut state = shared.state.lock().unwrap();
        if state.ended {
            return;
        }
        state.taken += 1;
        if state.mood == Mood::Closing {
            continue;
        }
        state.connections.push(connection.try_clone().expect("a second handle"));
        drop(state);
        let shared = shared.clone();
        thread::spawn(move || answer_all(connection, &shared));
    }
}

/// Answers until the other side, or the service, goes away.
fn answer_all(connection: UnixStream, shared: &Shared) -> Option<()> {
    let mut reader = BufReader::new(connection.try_clone().expect("a second handle"));
    let mut writer = connection;
    loop {
        let (method, path) = request(&mut reader)?;
        let mut state = shared.state.lock().unwrap();
        state.asked.push(format!("{method} {path}"));
        state =
            shared.changed.wait_while(state, |state| state.mood == Mood::Hanging && !state.ended).unwrap();
        let answer = answer(&mut state, &method, &path, &writer);
        writer.write_all(answer.as_bytes()).ok()?;
    }
}

/// Method and path of the next request.
fn request(reader: &mut BufReader<UnixStream>) -> Option<(String, String)> {
    let head = http::head(reader)?;
    http::body(&head, reader)?;
    http::asked(&head).map(|(method, path)| (method.to_owned(), path.to_owned()))
}

fn answer(state: &mut State, method: &str, path: &str, connection: &UnixStream) -> String {
    let plain = path.split('?').next().expect("a path");
    match (method, plain) {
        ("GET", "/_ping") => whole(200, "OK"),
        ("GET", "/info") => whole(200, &state.info.to_string()),
        ("GET", "/events") => match state.telling {
            Telling::Stream => {
                state.listeners.push(connection.try_clone().expect("a second handle"));
                http::CHUNKED.to_owned()
            }
            Telling::ErrorInside => whole(200, &refusal("cannot read events")),
            Telling::Refusal => whole(500, &refusal("cannot read events")),
        },
        ("GET", _) if plain.ends_with("/json") => match state.containers.get(name(plain)) {
            Some(container) => whole(200, &container.to_string()),
            None => whole(404, &refusal("no such container")),
        },
        ("DELETE", _) => match state.containers.remove(name(plain)) {
            Some(_) => whole(200, "[]"),
            None => whole(404, &refusal("no such container")),
        },
        _ => whole(500, &refusal("this stand-in does not know it")),
    }
}

fn name(path: &str) -> &str {
    path.trim_start_matches("/containers/").trim_end_matches("/json")
}

fn refusal(cause: &str) -> String {
    json!({"cause": cause, "message": cause, "response": 500}).to_string()
}

fn whole(status: u16, body: &str) -> String {
    http::whole("5.4.2-rhel", status, body)
}
