//! Launch and handshake: the cookie, the one line, the socket, and what a person reads who starts the file by hand.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/launched.rs"]
mod launched;

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::path::Path;

use launched::{COOKIE, Plugin, Stderr, program, record, signal};
use rustix::process::Signal;

/// Exit code, standard output, standard error.
fn by_hand(arguments: &[&str], environment: &[(&str, &str)]) -> (Option<i32>, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = program();
    command.args(arguments).env("TMPDIR", folder.path()).envs(environment.iter().copied());
    let output = command.output().unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "something was left in the folder");
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn without_the_cookie_there_is_a_text_and_exit_code_1() {
    let wrong = [(COOKIE.0, "wrong")];
    for (arguments, environment) in [
        (&[][..], &[][..]),
        (&[], &wrong),
        (&["--unknown"], &wrong),
        (&["agent"], &[("PLUGIN_CLIENT_CERT", "x")]),
    ] {
        let (code, out, err) = by_hand(arguments, environment);
        assert_eq!((code, out.as_str()), (Some(1), ""), "{arguments:?} {environment:?}");
        assert!(err.contains("is a plugin of Nomad") && err.contains("--help"), "{err}");
    }
}

#[test]
fn a_person_may_ask_what_this_is() {
    for environment in [&[][..], &[(COOKIE.0, "wrong")]] {
        let version = format!("nomad-driver-podman {}\n", env!("CARGO_PKG_VERSION"));
        assert_eq!(by_hand(&["--version"], environment), (Some(0), version, String::new()));
        let (code, out, err) = by_hand(&["--help"], environment);
        assert_eq!((code, err.as_str()), (Some(0), ""));
        assert!(out.contains("plugin_dir") && out.contains("plugin \"nomad-driver-podman\""), "{out}");
    }
}

#[test]
fn the_handshake_is_one_line_that_names_the_socket() {
    let mut command = program();
    command.args(["--version", "--unknown", "x"]);
    let mut plugin = Plugin::of(command, &[], Stderr::Read);
    let path = plugin.socket.to_str().unwrap().to_owned();
    assert_eq!(plugin.line, format!("1|2|unix|{path}|grpc|\n"));
    let name = Path::new(&path).strip_prefix(plugin.folder.path()).unwrap().to_str().unwrap();
    let digits = name.strip_prefix("plugin").unwrap();
    assert!(!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()), "{name}");
    assert!(UnixStream::connect(&path).is_ok(), "it listens before it says so");
    let address = plugin.record_with(|record| record["@message"] == "plugin address");
    assert_eq!((&address["network"], &address["address"]), (&"unix".into(), &path.clone().into()));
    plugin.kill(Signal::TERM);
    plugin.ended();
    assert_eq!(plugin.rest_of_stdout(), "", "nothing follows on standard output");
}

#[test]
fn a_host_that_wants_one_connection_for_all_is_told_no() {
    let plugin = Plugin::with(&[("PLUGIN_MULTIPLEX_GRPC", "true")], Stderr::Read);
    assert!(plugin.line.ends_with("|grpc||false\n"), "{}", plugin.line);
}

#[test]
fn the_version_is_told_whatever_the_host_offers() {
    for (versions, said) in [("1,3", true), ("", true), ("x, 2", true), ("1,2,3", false)] {
        let mut plugin = Plugin::with(&[("PLUGIN_PROTOCOL_VERSIONS", versions)], Stderr::Read);
        assert!(plugin.line.starts_with("1|2|unix|"), "{versions}");
        plugin.kill(Signal::TERM);
        plugin.ended();
        let records = plugin.records_to_the_end();
        assert_eq!(records.iter().any(|record| record["@level"] == "warn"), said, "{versions}: {records:#?}");
    }
}

#[test]
fn the_socket_is_where_the_host_wants_it() {
    let wanted = tempfile::tempdir().unwrap();
    let plugin = Plugin::with(&[("PLUGIN_UNIX_SOCKET_DIR", wanted.path().to_str().unwrap())], Stderr::Read);
    assert_eq!(plugin.socket.parent().unwrap(), wanted.path());
    let second = Plugin::with(&[("PLUGIN_UNIX_SOCKET_DIR", wanted.path().to_str().unwrap())], Stderr::Read);
    assert_ne!(plugin.socket, second.socket);
}

#[test]
fn the_socket_is_given_to_the_group_that_the_host_names() {
    let group = rustix::process::getgid().as_raw();
    let plugin = Plugin::with(&[("PLUGIN_UNIX_SOCKET_GROUP", &group.to_string())], Stderr::Read);
    let metadata = plugin.socket.metadata().unwrap();
    assert_eq!((metadata.gid(), metadata.permissions().mode() & 0o777), (group, 0o660));
    let groups = std::fs::read_to_string("/etc/group").unwrap();
    let name = groups.lines().find(|line| line.split(':').nth(2) == Some(&group.to_string())).unwrap();
    let plugin = Plugin::with(&[("PLUGIN_UNIX_SOCKET_GROUP", name.split(':').next().unwrap())], Stderr::Read);
    assert_eq!(plugin.socket.metadata().unwrap().permissions().mode() & 0o777, 0o660);
}

#[test]
fn what_prevents_the_start_is_said_in_one_record() {
    let long = format!("/{}", "x".repeat(200));
    for (variable, value, said) in [
        ("PLUGIN_CLIENT_CERT", "-----BEGIN CERTIFICATE-----", "TLS"),
        ("PLUGIN_UNIX_SOCKET_DIR", "/nonexistent/folder", "/nonexistent/folder"),
        ("PLUGIN_UNIX_SOCKET_DIR", long.as_str(), "107 bytes"),
        ("PLUGIN_UNIX_SOCKET_DIR", "/tmp/a|b", "one line"),
        ("PLUGIN_UNIX_SOCKET_GROUP", "no-such-group", "no-such-group"),
    ] {
        let (code, out, err) = by_hand(&[], &[COOKIE, ("PLUGIN_PROTOCOL_VERSIONS", "2"), (variable, value)]);
        assert_eq!((code, out.as_str()), (Some(1), ""), "{variable}={value}");
        let last = record(err.lines().last().unwrap());
        assert_eq!((&last["@level"], &last["@message"]), (&"error".into(), &"plugin init error".into()));
        assert!(last["error"].as_str().unwrap().contains(said), "{last}");
    }
}

#[test]
fn a_signal_ends_it_as_it_would_without_a_handler() {
    for wanted in [Signal::TERM, Signal::HUP] {
        let mut plugin = Plugin::launch();
        plugin.kill(wanted);
        assert_eq!(signal(plugin.ended()), Some(wanted.as_raw()));
        assert!(!plugin.socket.exists(), "the socket stays behind");
    }
}

#[test]
fn an_interrupt_is_ignored() {
    let mut plugin = Plugin::launch();
    for _ in 0..3 {
        plugin.kill(Signal::INT);
        plugin.record_with(|record| record["@message"] == "an interrupt signal is ignored");
    }
    assert!(plugin.is_running() && UnixStream::connect(&plugin.socket).is_ok());
}
