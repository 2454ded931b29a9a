//! The one who holds the contact to a service: its stream of events tells of exits and, by ending, that the service is
//! gone. While all is well it asks for the host's facts now and then, and nothing else.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, sleep, sleep_until};

use super::exits::{Sign, ToldEnd};
use super::inquiry::{Age, ask, ask_again, glance, heartbeat, lost, moved, upkeep};
use super::{Contact, Known, Shared};
use crate::podman::{Client, Error, Event, EventFilters, Events, EventsQuery};

/// How often it is tried whether a service is back that takes no connections. A return is to be known within a second,
/// of which Podman's answers take their part; a connection that nobody takes costs nothing.
const RECONNECT: Duration = Duration::from_millis(150);
/// The same for one that takes connections, and then does not answer well.
const RETRY: Duration = Duration::from_millis(500);
/// A contact that was held for less is not taken up again before the next try.
const HELD: Duration = Duration::from_secs(1);
/// What happens to a container that somebody has to know. A start also shows that events are told at all.
const EVENTS: [&str; 5] = ["died", "remove", "cleanup", "restart", "start"];

/// Watches, until it is dropped.
pub(super) async fn run(name: String, podman: Client, shared: Arc<Shared>) {
    let mut watch = Watch { name, podman, shared, last_event: None, last: None, complained: false };
    loop {
        let began = Instant::now();
        let error = watch.contact().await;
        let error = match watch.is_up() {
            false => error,
            true => match glance(&watch.podman).await {
                // A service that was replaced in no time was never away: nobody is alarmed, and all is begun anew.
                Some(Ok(())) if began.elapsed() > HELD => continue,
                Some(Err(precise)) => precise,
                Some(Ok(())) | None => error,
            },
        };
        let pause = if matches!(error, Error::Connect { .. }) { RECONNECT } else { RETRY };
        watch.down(error);
        tokio::select! {
            () = sleep(pause) => {}
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
    /// What the service said of itself when the last contact began.
    last: Option<Arc<Known>>,
    /// Whether it was said that there are no events.
    complained: bool,
}

impl Watch {
    /// Holds the contact for as long as there is one, and says why there is none any more.
    async fn contact(&mut self) -> Error {
        let (known, age) = match self.ask().await {
            Ok(answer) => answer,
            Err(error) => return error,
        };
        let told = match known.info.event_logger.as_deref() {
            Some("none") => None,
            _ => match self.open().await {
                Ok(events) => Some(events),
                Err(error) if error.is_unreachable() => return error,
                Err(_) => None,
            },
        };
        let events = told.is_some() && !self.shared.hearing().is_deaf();
        self.up(Known { events, ..known });
        if let Some(events) = told
            && let Some(error) = self.with(events, age).await
        {
            return error;
        }
        self.without_events(age).await
    }

    async fn ask(&self) -> Result<(Known, Age), Error> {
        if let Some(before) = &self.last
            && let Some(known) = ask_again(&self.podman, before).await?
        {
            return Ok((known, Age::Old));
        }
        Ok((ask(&self.podman).await?, Age::Fresh))
    }

    async fn open(&self) -> Result<Events, Error> {
        let filters = EventFilters {
            kinds: vec!["container".to_owned()],
            actions: EVENTS.map(str::to_owned).to_vec(),
            ..EventFilters::default()
        };
        let since = self.last_event.and_then(|nanos| Timestamp::from_nanosecond(nanos.into()).ok());
        let query = EventsQuery { since: since.map(|time| time.to_string()), until: None, filters };
        self.podman.events(&query).await
    }

    fn is_up(&self) -> bool {
        matches!(&*self.shared.contact.borrow(), Contact::Up(_))
    }

    fn up(&mut self, known: Known) {
        if !self.is_up() {
            tracing::info!(socket = self.name, version = known.version, "Podman answers");
        }
        let known = Arc::new(known);
        self.last = Some(known.clone());
        self.shared.contact.send_replace(Contact::Up(known));
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

    /// Holds a contact by its stream of events. `None`: there is nothing to be read from the stream.
    async fn with(&mut self, mut events: Events, age: Age) -> Option<Error> {
        let (podman, shared) = (self.podman.clone(), self.shared.clone());
        let error = tokio::select! {
            told = self.listen(&mut events) => match told {
                Ok(()) => Some(lost(&podman, "the service ended its stream of events")),
                Err(error) if error.is_unreachable() => Some(error),
                Err(_) => None,
            },
            error = upkeep(&podman, &shared, age) => Some(error),
            error = moved(&podman) => Some(error),
        };
        shared.hearing().close();
        error
    }

    /// Passes events on until the stream ends, and notices when it tells none.
    async fn listen(&mut self, events: &mut Events) -> Result<(), Error> {
        self.shared.hearing().open(Instant::now());
        loop {
            let due = self.shared.hearing().due();
            tokio::select! {
                event = events.next() => match event? {
                    Some(event) => self.tell(&event),
                    None => return Ok(()),
                },
                () = self.shared.expected.notified() => {}
                () = until(due) => self.judge(),
            }
        }
    }

    fn tell(&mut self, event: &Event) {
        self.last_event = self.last_event.max(Some(event.time_nano));
        if self.shared.hearing().hear(Instant::now()) {
            tracing::info!(socket = self.name, "Podman tells events again");
            self.has_events(true);
        }
        if let Some(sign) = sign(event) {
            self.shared.exits.tell(&event.id, sign);
        }
    }

    fn judge(&self) {
        if !self.shared.hearing().judge(Instant::now()) {
            return;
        }
        let logger = self.last.as_ref().and_then(|known| known.info.event_logger.as_deref());
        tracing::warn!(
            socket = self.name,
            events_logger = logger.unwrap_or("unknown"),
            "Podman says that it tells events, and tells none: each task is waited for by a request of its own. It \
             cannot read or write what its events_logger names (journald: is there a journal that it may read?). Set \
             events_logger in containers.conf to \"file\", or mend that"
        );
        self.has_events(false);
    }

    /// Everybody who waits for a container does so anew.
    fn has_events(&self, events: bool) {
        self.shared.contact.send_if_modified(|contact| match contact {
            Contact::Up(known) if known.events != events => {
                *contact = Contact::Up(Arc::new(Known { events, ..(**known).clone() }));
                true
            }
            _ => false,
        });
        self.shared.exits.tell_all();
    }

    /// Holds a contact by asking for it. Each who waits for a container has to ask for itself, and is told so.
    async fn without_events(&mut self, age: Age) -> Error {
        if !std::mem::replace(&mut self.complained, true) {
            tracing::warn!(
                socket = self.name,
                "Podman tells no events: each task is waited for by a request of its own. Set events_logger in \
                 containers.conf to \"journald\" or \"file\""
            );
        }
        self.has_events(false);
        tokio::select! {
            error = upkeep(&self.podman, &self.shared, age) => error,
            error = heartbeat(&self.podman) => error,
            error = moved(&self.podman) => error,
        }
    }
}

fn sign(event: &Event) -> Option<Sign> {
    let end = || {
        let at = Timestamp::from_nanosecond(event.time_nano.into()).ok()?;
        Some(ToldEnd { code: event.exit_code?, at })
    };
    match event.action.as_str() {
        "start" => Some(Sign::Started),
        "restart" => Some(Sign::Restarts),
        "died" => Some(end().map_or(Sign::Other, Sign::Ended)),
        "remove" | "cleanup" => Some(Sign::Other),
        _ => None,
    }
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due).await,
        None => std::future::pending().await,
    }
}
