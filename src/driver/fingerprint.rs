//! What the client shows of the node: whether each Podman answers, and what it is. It is told at once, at each change,
//! and now and then; the contact is the sockets' own, so that no request is made for it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::Stream;
use futures_util::future::{join_all, select_all};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};

use super::Driver;
use super::settings::Settings;
use super::socket::{Contact, Known, Socket};
use crate::plugin::generated::driver::FingerprintResponse;
use crate::plugin::generated::driver::fingerprint_response::HealthState;
use crate::plugin::generated::structs::{Attribute, attribute::Value};
use crate::podman::Error;

/// How often all is told although nothing has changed.
const PERIOD: Duration = Duration::from_secs(30);
/// How long the first message waits for sockets that have not been asked before.
const FIRST: Duration = Duration::from_secs(1);
/// What all attributes begin with.
const PREFIX: &str = "driver.podman";
/// Attributes of a socket that answers, besides its health.
const OF_A_SOCKET: [&str; 11] = [
    "defaultPodman",
    "socketName",
    "version",
    "appArmor",
    "capabilities",
    "cgroupVersion",
    "rootless",
    "seccompEnabled",
    "selinuxEnabled",
    "ociRuntime",
    "socket",
];

type Attributes = BTreeMap<String, Attribute>;

/// Fingerprints for one client, for as long as it listens.
pub fn stream(driver: Arc<Driver>) -> impl Stream<Item = FingerprintResponse> + Send {
    futures_util::stream::unfold(None, move |state: Option<Round>| {
        let driver = driver.clone();
        async move {
            let mut configured = driver.configured();
            let round = match state {
                None => None,
                Some(round) if !round.is_of(&configured.borrow_and_update()) => None,
                Some(round) => tokio::select! {
                    round = round.changed() => Some(round),
                    _ = configured.changed() => None,
                },
            };
            let mut round = match round {
                Some(round) => round,
                None => Round::first(driver.settings()).await,
            };
            let contacts = round.contacts();
            let message = message(&round.settings, &contacts);
            Some((message, Some(round)))
        }
    })
}

/// The contacts that one message was made of.
struct Round {
    settings: Arc<Settings>,
    watched: Vec<watch::Receiver<Contact>>,
    next: Instant,
}

impl Round {
    fn is_of(&self, settings: &Arc<Settings>) -> bool {
        Arc::ptr_eq(&self.settings, settings)
    }

    /// Sockets are asked side by side; one that hangs holds the first message up only so long.
    async fn first(settings: Arc<Settings>) -> Self {
        let mut watched: Vec<_> = settings.sockets.iter().map(|socket| socket.contact()).collect();
        let known = watched.iter_mut().map(|contact| async {
            let known = contact.wait_for(|contact| !matches!(contact, Contact::Unknown));
            known.await.is_ok()
        });
        let _ = timeout(FIRST, join_all(known)).await;
        Self { settings, watched, next: Instant::now() + PERIOD }
    }

    /// Waits for news of one of them, or until it is time.
    async fn changed(mut self) -> Self {
        let next = self.next;
        let news = self.watched.iter_mut().map(|contact| Box::pin(contact.changed()));
        let news = async {
            match self.settings.sockets.len() {
                0 => std::future::pending().await,
                _ => drop(select_all(news).await),
            }
        };
        tokio::select! {
            () = news => {}
            () = sleep_until(next) => self.next = Instant::now() + PERIOD,
        }
        self
    }

    fn contacts(&mut self) -> Vec<Contact> {
        self.watched.iter_mut().map(|contact| contact.borrow_and_update().clone()).collect()
    }
}

fn message(settings: &Settings, contacts: &[Contact]) -> FingerprintResponse {
    let sockets = || settings.sockets.iter().zip(contacts);
    let mut attributes = Attributes::new();
    for (socket, contact) in sockets() {
        of_socket(socket, contact, &mut attributes);
    }
    let failing: Vec<(&Socket, String)> =
        sockets().filter_map(|(socket, contact)| Some((socket.as_ref(), reason(contact)?))).collect();
    let any = failing.len() < settings.sockets.len() || settings.sockets.is_empty();
    attributes.insert(PREFIX.to_owned(), value(Value::BoolVal(any)));
    let (health, health_description) = health(&failing, any);
    FingerprintResponse { attributes, health: health.into(), health_description, err: String::new() }
}

fn health(failing: &[(&Socket, String)], any: bool) -> (HealthState, String) {
    if failing.is_empty() {
        return (HealthState::Healthy, "All Podman sockets are responding.".to_owned());
    }
    let mut failing: Vec<_> = failing.iter().collect();
    failing.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
    let reasons: Vec<&str> = failing.iter().map(|(_, reason)| reason.as_str()).collect();
    let reasons = reasons.join(" ");
    if !any {
        return (HealthState::Undetected, format!("Cannot connect to any Podman socket. {reasons}"));
    }
    let names: Vec<&str> = failing.iter().map(|(socket, _)| socket.name.as_str()).collect();
    (
        HealthState::Unhealthy,
        format!("Cannot fingerprint certain podman sockets: {}. {reasons}", names.join(", ")),
    )
}

/// Why a socket fails and what to do, in a text that stays the same while the reason does.
fn reason(contact: &Contact) -> Option<String> {
    let error = match contact {
        Contact::Up(_) => return None,
        Contact::Unknown => return Some("It has not answered yet.".to_owned()),
        Contact::Down(error) => error,
    };
    let advice = match error.as_ref() {
        Error::Connect { socket, kind, .. } => {
            let socket = socket.display();
            match kind {
                std::io::ErrorKind::NotFound => {
                    format!(
                        "{socket} does not exist: start the service (systemctl enable --now podman.socket), or set socket_path."
                    )
                }
                std::io::ErrorKind::PermissionDenied => {
                    format!(
                        "{socket} may not be used by the agent's user: run the agent as root, or as the socket's owner."
                    )
                }
                std::io::ErrorKind::ConnectionRefused => {
                    format!("nobody serves {socket}: start the service (systemctl restart podman.socket).")
                }
                _ => format!("{error}."),
            }
        }
        Error::Deadline { .. } => format!("{error}: restart the service (systemctl restart podman)."),
        other => format!("{other}."),
    };
    Some(advice)
}

fn of_socket(socket: &Socket, contact: &Contact, attributes: &mut Attributes) {
    let prefix = match socket.is_default {
        true => PREFIX.to_owned(),
        false => format!("{PREFIX}.{}", clean(&socket.name)),
    };
    let mut set = |suffix: &str, of: Value| {
        attributes.insert(format!("{prefix}.{suffix}"), value(of));
    };
    match contact {
        Contact::Up(known) => {
            set("health", text("healthy"));
            for (suffix, of) in of_known(socket, known) {
                set(suffix, of);
            }
        }
        Contact::Unknown | Contact::Down(_) => {
            set("health", text("unhealthy"));
            // The client keeps what it is not told anything about: only an empty text takes an attribute away.
            for suffix in OF_A_SOCKET {
                set(suffix, text(""));
            }
        }
    }
}

fn of_known(socket: &Socket, known: &Known) -> Vec<(&'static str, Value)> {
    let info = &known.info;
    let mut all = vec![
        ("defaultPodman", Value::BoolVal(socket.is_default)),
        ("socketName", text(&socket.name)),
        ("version", text(&known.version)),
    ];
    let optional = [
        ("appArmor", info.apparmor.map(Value::BoolVal)),
        ("capabilities", info.capabilities.as_deref().map(text)),
        ("cgroupVersion", info.cgroup_version.as_deref().map(text)),
        ("rootless", info.rootless.map(Value::BoolVal)),
        ("seccompEnabled", info.seccomp.map(Value::BoolVal)),
        ("selinuxEnabled", info.selinux.map(Value::BoolVal)),
        ("ociRuntime", info.oci_runtime.as_deref().map(text)),
        ("socket", info.remote_socket.as_deref().map(text)),
    ];
    all.extend(optional.into_iter().filter_map(|(suffix, of)| Some((suffix, of?))));
    all
}

/// Byte by byte, as the Go driver does it, so that the names of attributes are the same.
fn clean(name: &str) -> String {
    name.bytes().map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte) } else { '_' }).collect()
}

fn text(text: &str) -> Value {
    Value::StringVal(text.to_owned())
}

fn value(value: Value) -> Attribute {
    Attribute { value: Some(value), unit: String::new() }
}

#[cfg(test)]
#[path = "fingerprint_tests.rs"]
mod tests;
