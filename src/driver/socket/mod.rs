//! One Podman service: its client, what is known of its host, whether it can be reached, who waits for news of which
//! container, and what is owed to it. One watcher a socket holds the contact; nobody else polls.

mod debts;
mod exits;
mod hearing;
mod inquiry;
mod watcher;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use podman_driver_engine::facts::HostFacts;
use tokio::sync::{Notify, Semaphore, SemaphorePermit, watch};
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};

pub use debts::Debt;
use debts::Debts;
use exits::Exits;
pub use exits::{ExitNotice, ToldEnd};
use hearing::Hearing;

use crate::driver::image::gc::{self, Uses};
use crate::podman::{Client, Deadlines, Error, Info};

/// How many may look after their containers at the same time. When a service comes back, everybody wants to.
const TURNS: usize = 16;

/// A Podman service that tasks run on.
pub struct Socket {
    /// The name by which tasks ask for it.
    pub name: String,
    /// Where it listens.
    pub path: PathBuf,
    /// Whether its attributes stand without a name of their own.
    pub is_default: bool,
    /// The client for it.
    pub podman: Client,
    /// Who uses which of its images.
    pub images: Arc<Uses>,
    shared: Arc<Shared>,
    turns: Semaphore,
    watched: AtomicBool,
    end: CancellationToken,
    /// Ends the watcher when nobody has the socket any more.
    _guard: DropGuard,
}

/// What the watcher and everybody else share.
#[derive(Debug)]
struct Shared {
    contact: watch::Sender<Contact>,
    exits: Exits,
    debts: Debts,
    hearing: Mutex<Hearing>,
    /// Something is expected of the stream of events.
    expected: Notify,
    /// Asks the watcher to look at once.
    nudge: Notify,
}

impl Shared {
    /// The lock is never held across an await.
    fn hearing(&self) -> MutexGuard<'_, Hearing> {
        self.hearing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the service can be reached.
#[derive(Debug, Clone)]
pub enum Contact {
    /// Nobody has asked yet.
    Unknown,
    /// It answers.
    Up(Arc<Known>),
    /// It does not, for this reason.
    Down(Arc<Error>),
}

/// What a service said of itself when it was last asked.
#[derive(Debug, Clone)]
pub struct Known {
    /// Podman's version, as the header of its ping has it.
    pub version: String,
    /// The host in the engine's words.
    pub facts: HostFacts,
    /// What else it said.
    pub info: Info,
    /// Whether it tells events, as far as that shows. Otherwise each container is waited for by a request of its own.
    pub events: bool,
}

impl Socket {
    /// A socket that nobody has asked for anything yet.
    pub fn new(name: &str, path: &Path, is_default: bool, deadlines: Deadlines) -> Self {
        let end = CancellationToken::new();
        Self {
            name: name.to_owned(),
            path: path.to_owned(),
            is_default,
            podman: Client::new(path, deadlines),
            images: gc::of(path),
            shared: Arc::new(Shared {
                contact: watch::Sender::new(Contact::Unknown),
                exits: Exits::default(),
                debts: Debts::default(),
                hearing: Mutex::default(),
                expected: Notify::new(),
                nudge: Notify::new(),
            }),
            turns: Semaphore::new(TURNS),
            watched: AtomicBool::new(false),
            end: end.clone(),
            _guard: end.drop_guard(),
        }
    }

    /// Begins to watch the service, unless it is watched already. To be called on a tokio runtime.
    pub fn watch(&self) {
        if !self.watched.swap(true, Ordering::Relaxed) {
            let work = watcher::run(self.name.clone(), self.podman.clone(), self.shared.clone());
            let end = self.end.clone();
            tokio::spawn(async move { end.run_until_cancelled(work).await });
        }
    }

    /// The contact, and its changes from now on.
    pub fn contact(&self) -> watch::Receiver<Contact> {
        self.watch();
        self.shared.contact.subscribe()
    }

    /// What is known of the host, as soon as something is. Where the service has just been away, it is asked anew.
    ///
    /// # Errors
    /// The service cannot be reached.
    pub async fn facts(&self) -> Result<Arc<Known>, Error> {
        let mut contact = self.contact();
        let mut asked_anew = false;
        loop {
            let seen = contact.borrow_and_update().clone();
            match seen {
                Contact::Up(known) => return Ok(known),
                Contact::Down(error) if asked_anew => return Err((*error).clone()),
                Contact::Down(_) => {
                    asked_anew = true;
                    self.shared.nudge.notify_one();
                }
                Contact::Unknown => {}
            }
            // The sender lives as long as this socket.
            if contact.changed().await.is_err() {
                return Err(self.never());
            }
        }
    }

    /// What is known of the host by now. Nobody is asked or waited for.
    pub fn known(&self) -> Option<Arc<Known>> {
        match &*self.shared.contact.borrow() {
            Contact::Up(known) => Some(known.clone()),
            Contact::Unknown | Contact::Down(_) => None,
        }
    }

    /// News of a container, from now on.
    pub fn exits(&self, container_id: &str) -> ExitNotice {
        self.watch();
        self.shared.exits.notice(container_id)
    }

    /// Whether the service is known to tell no events.
    pub fn is_without_events(&self) -> bool {
        matches!(&*self.shared.contact.borrow(), Contact::Up(known) if !known.events)
    }

    /// Notes that something happened at `at`, a start or an end of a container, which the service's events have to tell.
    /// If they do not, others are asked for events no more.
    pub fn has_to_be_told(&self, at: Instant) {
        self.shared.hearing().expect(at, Instant::now());
        self.shared.expected.notify_one();
    }

    /// Whether the service is known to be away. When it is back, there is news of every container.
    pub fn is_down(&self) -> bool {
        matches!(&*self.shared.contact.borrow(), Contact::Down(_))
    }

    /// Waits for a turn to look after a container, where many want to. Holding it is having it.
    pub async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        self.turns.acquire().await.ok()
    }

    /// Notes that a container is to be removed as soon as that is possible.
    pub fn owe(&self, debt: Debt) {
        self.watch();
        self.shared.debts.add(debt);
        self.shared.nudge.notify_one();
    }

    /// How much is owed. For tests and the log.
    pub fn owed(&self) -> usize {
        self.shared.debts.len()
    }

    fn never(&self) -> Error {
        Error::Connect {
            socket: self.path.clone(),
            kind: std::io::ErrorKind::NotConnected,
            reason: "nobody watches it any more".to_owned(),
        }
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket").field("name", &self.name).field("path", &self.path).finish_non_exhaustive()
    }
}
