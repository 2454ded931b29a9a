//! The end of the plugin: when the host says so, at once, whatever is open, and with nothing left behind.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/launched.rs"]
mod launched;
#[path = "support/wire.rs"]
mod wire;

use std::time::{Duration, Instant};

use launched::Plugin;
use nomad_driver_podman::plugin::generated::goplugin::Empty;
use wire::Wire;

const SHUTDOWN: &str = "/plugin.GRPCController/Shutdown";
/// The promise. A host kills after two.
const LIMIT: Duration = Duration::from_secs(1);
const NOTHING: Option<&()> = Some(&());

fn is_gone_in_time(plugin: &mut Plugin, since: Instant) {
    let status = plugin.ended();
    let took = since.elapsed();
    assert_eq!(status.code(), Some(0));
    assert!(took < LIMIT, "{took:?}");
    assert!(!plugin.socket.exists(), "the socket stays behind");
    assert_eq!(plugin.rest_of_stdout(), "");
    assert!(plugin.records_to_the_end().iter().all(|record| record["@level"] != "error"));
}

#[tokio::test]
async fn shutdown_answers_and_ends_though_streams_are_open() {
    let mut plugin = Plugin::launch();
    let (first, other) = (Wire::connect(&plugin.socket).await, Wire::connect(&plugin.socket).await);
    let mut open = Vec::new();
    for wire in [&first, &other] {
        open.push(wire.open("/plugin.GRPCStdio/StreamStdio", NOTHING, true).await);
        open.push(wire.open("/plugin.GRPCBroker/StartStream", NOTHING, false).await);
        open.push(wire.open("/hashicorp.nomad.plugins.drivers.proto.Driver/TaskEvents", NOTHING, true).await);
        open.push(
            wire.open("/hashicorp.nomad.plugins.drivers.proto.Driver/Fingerprint", NOTHING, true).await,
        );
    }
    let since = Instant::now();
    let _: Empty = first.call(SHUTDOWN, &()).await.unwrap();
    is_gone_in_time(&mut plugin, since);
    first.connection.await.unwrap();
    for call in open {
        assert_ne!(call.end().await.code, 0, "a stream that was cut does not end well");
    }
}

#[tokio::test]
async fn a_client_that_closes_after_the_answer_is_not_waited_for() {
    let mut plugin = Plugin::launch();
    let wire = Wire::connect(&plugin.socket).await;
    let _stdio = wire.open("/plugin.GRPCStdio/StreamStdio", NOTHING, true).await;
    let since = Instant::now();
    let _: Empty = wire.call(SHUTDOWN, &()).await.unwrap();
    wire.connection.abort();
    is_gone_in_time(&mut plugin, since);
}

#[tokio::test]
async fn shutdown_may_be_said_twice_and_by_two() {
    let mut plugin = Plugin::launch();
    let (first, other) = (Wire::connect(&plugin.socket).await, Wire::connect(&plugin.socket).await);
    let since = Instant::now();
    let (one, two) = tokio::join!(first.call::<Empty>(SHUTDOWN, &()), other.call::<Empty>(SHUTDOWN, &()));
    assert!(one.is_ok() && two.is_ok(), "{one:?} {two:?}");
    is_gone_in_time(&mut plugin, since);
}

#[tokio::test]
async fn a_socket_that_somebody_removed_is_no_matter() {
    let mut plugin = Plugin::launch();
    let wire = Wire::connect(&plugin.socket).await;
    std::fs::remove_file(&plugin.socket).unwrap();
    let since = Instant::now();
    let _: Empty = wire.call(SHUTDOWN, &()).await.unwrap();
    is_gone_in_time(&mut plugin, since);
}
