//! Attributes, health and description of one fingerprint: what the Go driver says, and then what to do.
//! When it is told, and that vanished attributes are taken away, is the stream's.

use std::collections::BTreeMap;
use std::io::ErrorKind;

use crate::driver::settings::Settings;
use crate::driver::socket::{Contact, Known, Socket};
use crate::plugin::generated::driver::FingerprintResponse;
use crate::plugin::generated::driver::fingerprint_response::HealthState;
use crate::plugin::generated::structs::{Attribute, attribute::Value};
use crate::podman::{Error, Info};

/// What all attributes begin with.
const PREFIX: &str = "driver.podman";

type Attributes = BTreeMap<String, Attribute>;

/// The message about sockets in these states of contact.
pub(super) fn message(settings: &Settings, contacts: &[Contact]) -> FingerprintResponse {
    let sockets = || settings.sockets.iter().zip(contacts);
    let mut attributes = Attributes::new();
    for (socket, contact) in sockets() {
        of_socket(socket, contact, &mut attributes);
    }
    let failing: Vec<(&Socket, String)> =
        sockets().filter_map(|(socket, contact)| Some((socket.as_ref(), reason(socket, contact)?))).collect();
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
fn reason(socket: &Socket, contact: &Contact) -> Option<String> {
    let path = socket.path.display();
    let error = match contact {
        Contact::Up(_) => return None,
        Contact::Unknown => return Some(format!("Podman on {path} has not answered yet.")),
        Contact::Down(error) => error.as_ref(),
    };
    let todo = match error {
        Error::Connect { kind: ErrorKind::NotFound, .. } => format!(
            "{path} does not exist: start the service (systemctl enable --now podman.socket), or set socket_path."
        ),
        Error::Connect { kind: ErrorKind::ConnectionRefused, .. } => {
            format!("Nobody serves {path}: start the service (systemctl restart podman.socket).")
        }
        Error::Connect { kind: ErrorKind::PermissionDenied, .. } => format!(
            "The agent's user may not use {path}: run the agent as root, or as the owner of the socket."
        ),
        Error::Deadline { .. } => {
            format!("{}: restart the service (systemctl restart podman.service).", sentence(error))
        }
        // The words for how a connection broke differ from one try to the next. They are in the log.
        Error::Transport { .. } => format!(
            "Podman on {path} closes connections without an answer: restart the service (systemctl restart podman.service)."
        ),
        Error::Answer { .. } => {
            format!("{}: set socket_path to a socket of Podman's.", sentence(error))
        }
        _ => format!("{}.", sentence(error)),
    };
    Some(todo)
}

/// An error's text as the beginning of a sentence.
fn sentence(error: &Error) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A socket that does not answer has its health, and nothing else.
fn of_socket(socket: &Socket, contact: &Contact, attributes: &mut Attributes) {
    let prefix = match socket.is_default {
        true => PREFIX.to_owned(),
        false => format!("{PREFIX}.{}", clean(&socket.name)),
    };
    let known = match contact {
        Contact::Up(known) => of_known(socket, known),
        Contact::Unknown | Contact::Down(_) => vec![("health", text("unhealthy"))],
    };
    attributes.extend(known.into_iter().map(|(suffix, of)| (format!("{prefix}.{suffix}"), value(of))));
}

fn of_known(socket: &Socket, known: &Known) -> Vec<(&'static str, Value)> {
    let mut all = vec![
        ("health", text("healthy")),
        ("defaultPodman", Value::BoolVal(socket.is_default)),
        ("socketName", text(&socket.name)),
        ("version", text(&known.version)),
    ];
    let info = &known.info;
    let of_version = Info { version: info.version.clone(), ..Info::default() };
    if *info == of_version {
        // It says nothing of its host.
        return all;
    }
    let flag = |said: Option<bool>| Value::BoolVal(said.unwrap_or_default());
    let words = |said: &Option<String>| text(said.as_deref().unwrap_or_default());
    all.extend([
        ("appArmor", flag(info.apparmor)),
        ("capabilities", words(&info.capabilities)),
        ("cgroupVersion", words(&info.cgroup_version)),
        ("rootless", flag(info.rootless)),
        ("seccompEnabled", flag(info.seccomp)),
        ("selinuxEnabled", flag(info.selinux)),
    ]);
    all.extend(info.oci_runtime.as_deref().map(|path| ("ociRuntime", text(path))));
    all.extend(info.remote_socket.as_deref().map(|path| ("socket", text(path))));
    all
}

/// Byte by byte, as the Go driver does it, so that the names of attributes are the same.
fn clean(name: &str) -> String {
    name.bytes().map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte) } else { '_' }).collect()
}

fn text(text: &str) -> Value {
    Value::StringVal(text.to_owned())
}

/// The value by which the client removes an attribute.
pub(super) fn taken_away() -> Attribute {
    value(text(""))
}

fn value(value: Value) -> Attribute {
    Attribute { value: Some(value), unit: String::new() }
}

#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;
