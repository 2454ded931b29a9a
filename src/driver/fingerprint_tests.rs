//! Attributes, health and description for each way in which sockets can be.

use std::path::Path;

use podman_driver_engine::facts::HostFacts;

use super::*;
use crate::podman::{Deadlines, Info};

fn settings(sockets: &[(&str, bool)]) -> Settings {
    let socket = |(name, is_default): &(&str, bool)| {
        Arc::new(Socket::new(name, Path::new("/p.sock"), *is_default, Deadlines::default()))
    };
    let mut settings = Settings::default();
    settings.sockets = sockets.iter().map(socket).collect();
    settings
}

fn up() -> Contact {
    let mut info = Info::default();
    info.rootless = Some(false);
    info.cgroup_version = Some("v1".to_owned());
    info.apparmor = Some(true);
    info.oci_runtime = Some("/usr/bin/runc".to_owned());
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
            "driver.podman.cgroupVersion=v1",
            "driver.podman.defaultPodman=true",
            "driver.podman.health=healthy",
            "driver.podman.ociRuntime=/usr/bin/runc",
            "driver.podman.rootless=false",
            "driver.podman.socketName=default",
            "driver.podman.version=5.4.2",
        ]
    );
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
        description.contains("podman.socket") && description.contains("as the socket's owner"),
        "{description}"
    );
    assert!(attributes.contains(&"driver.podman=true".to_owned()));
    assert!(attributes.contains(&"driver.podman.z.health=unhealthy".to_owned()));
    assert!(attributes.contains(&"driver.podman.z.version=".to_owned()), "an old version is taken away");
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
