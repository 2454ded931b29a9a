//! What the client shows of the node: whether each Podman answers, and what it is. It is told at once, at each change,
//! and now and then; the contact is the sockets' own, so that no request is made for it. The words are `message`'s.

mod message;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::Stream;
use futures_util::future::{join_all, select_all};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};

use super::Driver;
use super::settings::Settings;
use super::socket::Contact;
use crate::plugin::generated::driver::FingerprintResponse;
use message::{message, taken_away};

/// How often all is told although nothing has changed.
const PERIOD: Duration = Duration::from_secs(30);
/// How long the first message waits for sockets that have not been asked before.
const FIRST: Duration = Duration::from_secs(1);

/// Fingerprints for one client, for as long as it listens.
pub fn stream(driver: Arc<Driver>) -> impl Stream<Item = FingerprintResponse> + Send {
    futures_util::stream::unfold(Told::new(driver), |mut told| async move {
        let message = told.next().await;
        Some((message, told))
    })
}

/// What one client was told.
struct Told {
    driver: Arc<Driver>,
    round: Option<Round>,
    last: Option<FingerprintResponse>,
    /// All attributes that it ever had a value for.
    names: BTreeSet<String>,
    /// When it is told again although nothing has changed.
    again: Instant,
}

impl Told {
    fn new(driver: Arc<Driver>) -> Self {
        Self { driver, round: None, last: None, names: BTreeSet::new(), again: Instant::now() }
    }

    /// Waits until there is something to tell: another message than the last one, or the same after a while.
    async fn next(&mut self) -> FingerprintResponse {
        loop {
            let mut round = self.round().await;
            let contacts = round.contacts();
            let mut message = message(&round.settings, &contacts);
            self.round = Some(round);
            // The client keeps what it is not told anything about: only an empty text takes an attribute away.
            for name in &self.names {
                message.attributes.entry(name.clone()).or_insert_with(taken_away);
            }
            if self.last.as_ref() != Some(&message) || self.again <= Instant::now() {
                self.names.extend(message.attributes.keys().cloned());
                self.again = Instant::now() + PERIOD;
                self.last = Some(message.clone());
                return message;
            }
        }
    }

    /// The contacts as they are after the next change of theirs or of the configuration, or when it is time.
    async fn round(&mut self) -> Round {
        let mut configured = self.driver.configured();
        let same =
            self.round.take().filter(|round| Arc::ptr_eq(&round.settings, &configured.borrow_and_update()));
        let Some(mut round) = same else { return Round::first(self.driver.settings()).await };
        tokio::select! {
            () = round.changed() => round,
            () = sleep_until(self.again) => round,
            // The sender is the driver's.
            _ = configured.changed() => Round::first(self.driver.settings()).await,
        }
    }
}

/// The contacts that one message is made of.
struct Round {
    settings: Arc<Settings>,
    watched: Vec<watch::Receiver<Contact>>,
}

impl Round {
    /// Sockets are asked side by side; one that hangs holds the first message up only so long.
    async fn first(settings: Arc<Settings>) -> Self {
        let mut watched: Vec<_> = settings.sockets.iter().map(|socket| socket.contact()).collect();
        let known = watched.iter_mut().map(|contact| async {
            let known = contact.wait_for(|contact| !matches!(contact, Contact::Unknown));
            known.await.is_ok()
        });
        let _ = timeout(FIRST, join_all(known)).await;
        Self { settings, watched }
    }

    /// Waits for news of one of them.
    async fn changed(&mut self) {
        let news: Vec<_> = self.watched.iter_mut().map(|contact| Box::pin(contact.changed())).collect();
        match news.len() {
            0 => std::future::pending().await,
            _ => drop(select_all(news).await),
        }
    }

    fn contacts(&mut self) -> Vec<Contact> {
        self.watched.iter_mut().map(|contact| contact.borrow_and_update().clone()).collect()
    }
}
