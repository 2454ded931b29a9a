//! Log lines on standard error: their form, and a host that does not read them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/launched.rs"]
mod launched;
#[path = "support/wire.rs"]
mod wire;

use launched::{Plugin, Stderr};
use nomad_driver_podman::plugin::generated::base::{PluginInfoResponse, SetConfigRequest, SetConfigResponse};
use nomad_driver_podman::plugin::generated::goplugin::Empty;
use serde_json::json;
use wire::Wire;

const BASE: &str = "/hashicorp.nomad.plugins.base.proto.BasePlugin";

/// Of 12 KiB each, more than the pipe and the plugin's own memory take.
const RECORDS: u64 = 150;

/// A configuration that is refused, with a long word in the record that says so.
async fn refused(wire: &Wire, length: usize) {
    let value = json!({ "client_http_timeout": "<&>\n\"x\u{2028}".repeat(length) });
    let request = SetConfigRequest {
        msgpack_config: rmp_serde::to_vec(&value).unwrap().into(),
        ..SetConfigRequest::default()
    };
    wire.call::<SetConfigResponse>(&format!("{BASE}/SetConfig"), &request).await.unwrap_err();
}

#[tokio::test]
async fn records_are_lines_that_a_host_understands() {
    let mut plugin = Plugin::launch();
    let wire = Wire::connect(&plugin.socket).await;
    for length in [1, 100, 1_000] {
        refused(&wire, length).await;
    }
    let _: Empty = wire.call("/plugin.GRPCController/Shutdown", &()).await.unwrap();
    plugin.ended();
    // Each line is checked where it is read.
    let records = plugin.records_to_the_end();
    let errors: Vec<_> = records.iter().filter(|record| record["@level"] == "error").collect();
    assert_eq!(errors.len(), 3, "{records:#?}");
    assert!(errors.iter().all(|record| record["@message"] == "the plugin's configuration is refused"));
    let chatter = |name: &str| records.iter().any(|record| record.to_string().contains(name));
    assert!(!chatter("h2::") && !chatter("hyper"), "{records:#?}");
    assert_eq!(records.last().unwrap()["@message"], "the host ends the plugin");
}

#[tokio::test]
async fn a_host_that_is_gone_ends_nothing() {
    let mut plugin = Plugin::with(&[], Stderr::Closed);
    let wire = Wire::connect(&plugin.socket).await;
    for _ in 0..50 {
        refused(&wire, 100).await;
    }
    let _: PluginInfoResponse = wire.call(&format!("{BASE}/PluginInfo"), &()).await.unwrap();
    assert!(plugin.is_running());
    let _: Empty = wire.call("/plugin.GRPCController/Shutdown", &()).await.unwrap();
    assert_eq!(plugin.ended().code(), Some(0));
}

#[tokio::test]
async fn a_host_that_does_not_read_holds_nothing_up() {
    let mut plugin = Plugin::with(&[], Stderr::LeftUnread);
    let wire = Wire::connect(&plugin.socket).await;
    for _ in 0..RECORDS {
        refused(&wire, 500).await;
    }
    let _: PluginInfoResponse = wire.call(&format!("{BASE}/PluginInfo"), &()).await.unwrap();
    // A host that reads on is told how much it missed.
    plugin.read();
    let told = tokio::task::spawn_blocking(move || {
        let told = plugin.record_with(|record| record["@message"].as_str().unwrap().contains("were dropped"));
        (plugin, told)
    });
    let (mut plugin, told) = told.await.unwrap();
    assert!(told["count"].as_u64().unwrap() > 0 && told["@level"] == "warn", "{told}");
    let _: Empty = wire.call("/plugin.GRPCController/Shutdown", &()).await.unwrap();
    assert_eq!(plugin.ended().code(), Some(0));
    let records = plugin.records_to_the_end();
    let refusals = records.iter().filter(|record| record["@level"] == "error").count();
    assert_eq!(
        refusals as u64 + told["count"].as_u64().unwrap(),
        RECORDS,
        "every record is written or counted"
    );
}
