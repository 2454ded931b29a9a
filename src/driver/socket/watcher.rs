//! The one who holds the contact to a service: its stream of events tells of exits and, by ending, that the service is
//! gone. While all is well it asks for the host's facts now and then, and nothing else.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, sleep, sleep_until};

use super::{Contact, Known, Shared};
use crate::host_facts;
use crate::podman::{Client, Error, Event, EventFilters, Events, EventsQuery};

/// How often a service that answers is asked for its facts, which also notices one that hangs.
const REFRESH: Duration = Duration::from_secs(30);
/// How often it is tried whether a service is back. A return is to be known within a second.
const RETRY: Duration = Duration::from_millis(400);
/// How often a service without events is asked whether it is there.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// How often what is owed is tried again.
const DEBTS: Duration = Duration::from_secs(5);
/// What may have happened to a container that somebody has to know.
const ACTIONS: [&str; 3] = ["died", "remove", "cleanup"];

/// Watches, until it is dropped.
pub(super) async fn run(name: String, podman: Client, shared: Arc<Shared>) {
    let mut watch = Watch { name, podman, shared, last_event: None, complained: false };
    loop {
        let error = watch.contact().await;
        watch.down(error);
        tokio::select! {
            () = sleep(RETRY) => {}
            () = watch.shared.nudge.notified() => {}
        }
    }
}

struct Watch {
    name: String,
    podman: Client,
    shared: Arc<Shared>,
    /// The time of the last event that was seen, from where a new stream goes on.
    last_event: Option<i64>,
    /// Whether it was said that there are no events.
    complained: bool,
}

impl Watch {
    /// Holds the contact for as long as there is one, and says why there is none any more.
    async fn contact(&mut self) -> Error {
        let (version, info) = match ask(&self.podman).await {
            Ok(answer) => answer,
            Err(error) => return error,
        };
        let events = self.open().await;
        let facts = host_facts::of(&info);
        let known = Known { version, facts, info, events: events.is_ok() };
        self.up(known);
        match events {
            Ok(events) => self.listen(events).await,
            Err(error) if error.is_unreachable() => error,
            Err(error) => {
                self.complain(&error);
                self.without_events().await
            }
        }
    }

    async fn open(&self) -> Result<Events, Error> {
        let filters = EventFilters {
            kinds: vec!["container".to_owned()],
            actions: ACTIONS.map(str::to_owned).to_vec(),
            ..EventFilters::default()
        };
        let since = self.last_event.and_then(|nanos| Timestamp::from_nanosecond(nanos.into()).ok());
        let query = EventsQuery { since: since.map(|time| time.to_string()), until: None, filters };
        self.podman.events(&query).await
    }

    fn up(&self, known: Known) {
        if !matches!(&*self.shared.contact.borrow(), Contact::Up(_)) {
            tracing::info!(socket = self.name, version = known.version, "Podman answers");
        }
        self.shared.contact.send_replace(Contact::Up(Arc::new(known)));
        // Whatever happened while nobody listened: everybody looks.
        self.shared.exits.tell_all();
    }

    fn down(&self, error: Error) {
        let news = !matches!(&*self.shared.contact.borrow(), Contact::Down(_));
        if news {
            tracing::error!(socket = self.name, error = %error, "Podman does not answer");
        }
        self.shared.contact.send_replace(Contact::Down(Arc::new(error)));
    }

    fn complain(&mut self, error: &Error) {
        if !std::mem::replace(&mut self.complained, true) {
            tracing::warn!(
                socket = self.name,
                error = %error,
                "Podman tells no events: each task is waited for by a request of its own. Set events_logger in \
                 containers.conf to \"journald\" or \"file\""
            );
        }
    }

    /// Passes events on until the stream ends.
    async fn listen(&mut self, mut events: Events) -> Error {
        let shared = self.shared.clone();
        let podman = self.podman.clone();
        let mut upkeep = pin!(upkeep(&podman, &shared, REFRESH));
        loop {
            tokio::select! {
                event = events.next() => match event {
                    Ok(Some(event)) => self.tell(&event),
                    Ok(None) => return self.gone(),
                    Err(error) => return error,
                },
                error = &mut upkeep => return error,
            }
        }
    }

    fn tell(&mut self, event: &Event) {
        self.last_event = self.last_event.max(Some(event.time_nano));
        self.shared.exits.tell(&event.id);
    }

    /// A stream that ends is a service that ends.
    fn gone(&self) -> Error {
        Error::Transport {
            socket: self.podman.socket().to_owned(),
            reason: "the service ended its stream of events".to_owned(),
            before_answer: false,
        }
    }

    async fn without_events(&self) -> Error {
        let mut upkeep = pin!(upkeep(&self.podman, &self.shared, REFRESH));
        loop {
            tokio::select! {
                error = &mut upkeep => return error,
                () = sleep(HEARTBEAT) => {
                    if let Err(error) = self.podman.ping().await {
                        return error;
                    }
                }
            }
        }
    }
}

async fn ask(podman: &Client) -> Result<(String, crate::podman::Info), Error> {
    let version = podman.ping().await?;
    let info = podman.info().await?;
    Ok((version, info))
}

/// Asks for the facts now and then, pays what is owed, and ends with the error that says that the contact is lost.
async fn upkeep(podman: &Client, shared: &Shared, period: Duration) -> Error {
    let mut refresh_at = Instant::now() + period;
    loop {
        shared.debts.pay(podman).await;
        let next = if shared.debts.len() > 0 { Instant::now() + DEBTS } else { refresh_at };
        tokio::select! {
            () = sleep_until(next.min(refresh_at)) => {}
            () = shared.nudge.notified() => continue,
        }
        if Instant::now() < refresh_at {
            continue;
        }
        refresh_at = Instant::now() + period;
        match ask(podman).await {
            Ok((version, info)) => shared.contact.send_modify(|contact| {
                let events = !matches!(contact, Contact::Up(known) if !known.events);
                let facts = host_facts::of(&info);
                *contact = Contact::Up(Arc::new(Known { version, facts, info, events }));
            }),
            Err(error) => return error,
        }
    }
}
