//! Attributes, health and description for each way in which sockets can be.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use podman_driver_engine::facts::HostFacts;

use super::*;
use crate::podman::{Deadlines, Phase};

fn settings(sockets: &[(&str, bool)]) -> Settings {
    let socket = |(name, is_default): &(&str, bool)| {
        Arc::new(Socket::new(name, Path::new("/p.sock"), *is_default, Deadlines::default()))
    };
    let mut settings = Settings::default();
    settings.sockets = sockets.iter().map(socket).collect();
    settings
}

fn up() -> Contact {
    answering(Info {
        version: Some("5.4.2".to_owned()),
        rootless: Some(false),
        cgroup_version: Some("v1".to_owned()),
        apparmor: Some(true),
        seccomp: Some(true),
        capabilities: Some("CAP_CHOWN,CAP_KILL".to_owned()),
        oci_runtime: Some("/usr/bin/runc".to_owned()),
        remote_socket: Some("unix:///run/podman/podman.sock".to_owned()),
        ..Info::default()
    })
}

fn answering(info: Info) -> Contact {
    let known = Known { version: "5.4.2".to_owned(), facts: HostFacts::default(), info, events: true };
    Contact::Up(Arc::new(known))
}

fn down(kind: std::io::ErrorKind) -> Contact {
    Contact::Down(Arc::new(Error::Connect { socket: "/p.sock".into(), kind, reason: "no".to_owned() }))
}

/// Health, description and attributes in words.
fn shown(sockets: &[(&str, bool)], contacts: &[Contact]) -> (HealthState, String, Vec<String>) {
    let message = message(&settings(sockets), contacts);
    let attributes = message.attributes.iter().map(|(name, attribute)| {
        let value = match attribute.value.as_ref().expect("a value") {
            Value::StringVal(text) => text.clone(),
            Value::BoolVal(flag) => flag.to_string(),
            other => panic!("{other:?}"),
        };
        format!("{name}={value}")
    });
    (message.health(), message.health_description.clone(), attributes.collect())
}

#[test]
fn a_socket_that_answers_shows_what_it_is() {
    let (health, description, attributes) = shown(&[("default", true)], &[up()]);
    assert_eq!((health, description.as_str()), (HealthState::Healthy, "All Podman sockets are responding."));
    assert_eq!(
        attributes,
        [
            "driver.podman=true",
            "driver.podman.appArmor=true",
            "driver.podman.capabilities=CAP_CHOWN,CAP_KILL",
            "driver.podman.cgroupVersion=v1",
            "driver.podman.defaultPodman=true",
            "driver.podman.health=healthy",
            "driver.podman.ociRuntime=/usr/bin/runc",
            "driver.podman.rootless=false",
            "driver.podman.seccompEnabled=true",
            "driver.podman.selinuxEnabled=false",
            "driver.podman.socket=unix:///run/podman/podman.sock",
            "driver.podman.socketName=default",
            "driver.podman.version=5.4.2",
        ]
    );
}

#[test]
fn a_podman_that_says_nothing_of_its_host_is_healthy() {
    let info = Info { version: Some("5.4.2".to_owned()), ..Info::default() };
    let (health, _, attributes) = shown(&[("default", true)], &[answering(info)]);
    assert_eq!(health, HealthState::Healthy);
    assert_eq!(
        attributes,
        [
            "driver.podman=true",
            "driver.podman.defaultPodman=true",
            "driver.podman.health=healthy",
            "driver.podman.socketName=default",
            "driver.podman.version=5.4.2",
        ]
    );
}

#[test]
fn each_reason_says_what_to_do() {
    let deadline =
        Error::Deadline { socket: "/p.sock".into(), phase: Phase::FirstByte, limit: Duration::from_secs(10) };
    let answer =
        Error::Answer { path: "/_ping".to_owned(), reason: "it has no Libpod-Api-Version header".to_owned() };
    let broken =
        Error::Transport { socket: "/p.sock".into(), reason: "some words".to_owned(), before_answer: true };
    let connect = |kind| Error::Connect { socket: "/p.sock".into(), kind, reason: "no".to_owned() };
    for (error, wanted) in [
        (
            connect(ErrorKind::NotFound),
            "/p.sock does not exist: start the service (systemctl enable --now podman.socket), or set socket_path.",
        ),
        (
            connect(ErrorKind::ConnectionRefused),
            "Nobody serves /p.sock: start the service (systemctl restart podman.socket).",
        ),
        (
            connect(ErrorKind::PermissionDenied),
            "The agent's user may not use /p.sock: run the agent as root, or as the owner of the socket.",
        ),
        (connect(ErrorKind::NotADirectory), "Cannot connect to Podman's socket /p.sock: no."),
        (
            deadline,
            "Podman on /p.sock did not answer within 10s: context deadline exceeded: restart the service (systemctl restart podman.service).",
        ),
        (
            broken,
            "Podman on /p.sock closes connections without an answer: restart the service (systemctl restart podman.service).",
        ),
        (
            answer,
            "Podman's answer to /_ping is not understood: it has no Libpod-Api-Version header: set socket_path to a socket of Podman's.",
        ),
    ] {
        let (health, description, attributes) =
            shown(&[("default", true)], &[Contact::Down(Arc::new(error))]);
        assert_eq!(health, HealthState::Undetected);
        assert_eq!(description, format!("Cannot connect to any Podman socket. {wanted}"));
        assert_eq!(attributes, ["driver.podman=false", "driver.podman.health=unhealthy"]);
    }
    let (_, description, _) = shown(&[("default", true)], &[Contact::Unknown]);
    assert_eq!(description, "Cannot connect to any Podman socket. Podman on /p.sock has not answered yet.");
}

#[test]
fn another_socket_has_its_name_in_its_attributes() {
    let (_, _, attributes) = shown(&[("a socket with späces", false)], &[up()]);
    assert!(
        attributes.contains(&"driver.podman.a_socket_with_sp__ces.version=5.4.2".to_owned()),
        "{attributes:?}"
    );
    assert!(
        attributes
            .contains(&"driver.podman.a_socket_with_sp__ces.socketName=a socket with späces".to_owned()),
        "{attributes:?}"
    );
}

#[test]
fn some_that_fail_are_named_in_order_with_what_to_do() {
    let (health, description, attributes) = shown(
        &[("z", false), ("default", true), ("a", false)],
        &[down(std::io::ErrorKind::NotFound), up(), down(std::io::ErrorKind::PermissionDenied)],
    );
    assert_eq!(health, HealthState::Unhealthy);
    assert!(description.starts_with("Cannot fingerprint certain podman sockets: a, z. "), "{description}");
    assert!(
        description.contains("podman.socket") && description.contains("as the owner of the socket"),
        "{description}"
    );
    assert!(attributes.contains(&"driver.podman=true".to_owned()));
    assert!(attributes.contains(&"driver.podman.z.health=unhealthy".to_owned()));
    assert!(!attributes.iter().any(|name| name.starts_with("driver.podman.z.version")), "{attributes:?}");
}

#[test]
fn with_none_that_answers_the_driver_is_not_detected() {
    let (health, description, attributes) =
        shown(&[("default", true)], &[down(std::io::ErrorKind::ConnectionRefused)]);
    assert_eq!(health, HealthState::Undetected);
    assert!(description.starts_with("Cannot connect to any Podman socket. "), "{description}");
    assert!(attributes.contains(&"driver.podman=false".to_owned()));
}

#[test]
fn without_a_configuration_nothing_fails() {
    let (health, description, _) = shown(&[], &[]);
    assert_eq!((health, description.as_str()), (HealthState::Healthy, "All Podman sockets are responding."));
}
