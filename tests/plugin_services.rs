//! The services that every plugin has, and what the driver answers before it knows of any Podman: over many
//! connections, with many calls at once, with messages of every size and shape.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/launched.rs"]
mod launched;
#[path = "support/wire.rs"]
mod wire;

use std::collections::BTreeSet;
use std::os::unix::net::UnixStream;
use std::process::Command;
use std::time::Duration;

use launched::{Plugin, Stderr};
use nomad_driver_podman::plugin::generated::base::{
    ConfigSchemaResponse, PluginInfoResponse, SetConfigRequest, SetConfigResponse,
};
use nomad_driver_podman::plugin::generated::driver::{
    CapabilitiesResponse, CreateNetworkResponse, DestroyNetworkResponse, DriverTaskEvent, InitResponse,
    ShutdownResponse, TaskConfigSchemaResponse,
};
use nomad_driver_podman::plugin::generated::goplugin::ConnInfo;
use rustix::process::Signal;
use serde_json::json;
use tokio::time::timeout;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;
use tonic_reflection::pb::v1::{ServerReflectionRequest, ServerReflectionResponse};
use wire::{Call, Refused, Wire};

const BASE: &str = "/hashicorp.nomad.plugins.base.proto.BasePlugin";
const DRIVER: &str = "/hashicorp.nomad.plugins.drivers.proto.Driver";
const NOTHING: Option<&()> = Some(&());
/// Long enough for an answer that should not come to come.
const SILENCE: Duration = Duration::from_millis(100);

fn health(service: &str) -> HealthCheckRequest {
    HealthCheckRequest { service: service.to_owned() }
}

fn config(value: &serde_json::Value) -> SetConfigRequest {
    SetConfigRequest {
        msgpack_config: rmp_serde::to_vec(value).unwrap().into(),
        ..SetConfigRequest::default()
    }
}

async fn is_silent(call: &mut Call) -> bool {
    timeout(SILENCE, call.next::<()>()).await.is_err()
}

#[tokio::test]
async fn health_is_as_go_plugin_has_it() {
    let plugin = Plugin::launch();
    let wire = Wire::connect(&plugin.socket).await;
    for service in ["plugin", ""] {
        let answer: HealthCheckResponse =
            wire.call("/grpc.health.v1.Health/Check", &health(service)).await.unwrap();
        assert_eq!(answer.status, 1);
    }
    let refused =
        wire.call::<HealthCheckResponse>("/grpc.health.v1.Health/Check", &health("x")).await.unwrap_err();
    assert_eq!(refused, Refused { code: 5, message: "unknown service".to_owned() });
    for (service, status) in [("plugin", 1), ("x", 3)] {
        let mut watch = wire.open("/grpc.health.v1.Health/Watch", Some(&health(service)), true).await;
        assert_eq!(watch.next::<HealthCheckResponse>().await.unwrap().status, status);
        assert!(is_silent(&mut watch).await);
    }
}

#[tokio::test]
async fn stdio_and_broker_stay_open_and_silent_on_every_connection() {
    let plugin = Plugin::launch();
    for _ in 0..2 {
        let wire = Wire::connect(&plugin.socket).await;
        let mut stdio = wire.open("/plugin.GRPCStdio/StreamStdio", NOTHING, true).await;
        let offer = ConnInfo { service_id: 1, ..ConnInfo::default() };
        let mut broker = wire.open("/plugin.GRPCBroker/StartStream", Some(&offer), false).await;
        assert!(is_silent(&mut stdio).await && is_silent(&mut broker).await);
        broker.requests.send_data(bytes::Bytes::new(), true).unwrap();
        assert_eq!(broker.end().await.code, 0, "the broker ends with its client");
    }
}

#[tokio::test]
async fn reflection_lists_what_is_served() {
    let plugin = Plugin::launch();
    let wire = Wire::connect(&plugin.socket).await;
    let question =
        |question| ServerReflectionRequest { host: String::new(), message_request: Some(question) };
    let list = question(MessageRequest::ListServices(String::new()));
    for version in ["v1", "v1alpha"] {
        let path = format!("/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo");
        // Both versions have the same messages.
        let mut call = wire.open(&path, Some(&list), false).await;
        let answer = call.next::<ServerReflectionResponse>().await.unwrap().message_response.unwrap();
        let MessageResponse::ListServicesResponse(list) = answer else { panic!("{answer:?}") };
        let names: BTreeSet<_> = list.service.iter().map(|service| service.name.as_str()).collect();
        assert_eq!(list.service.len(), 8, "{names:?}");
        assert_eq!(
            names,
            BTreeSet::from([
                "grpc.health.v1.Health",
                "grpc.reflection.v1.ServerReflection",
                "grpc.reflection.v1alpha.ServerReflection",
                "hashicorp.nomad.plugins.base.proto.BasePlugin",
                "hashicorp.nomad.plugins.drivers.proto.Driver",
                "plugin.GRPCBroker",
                "plugin.GRPCController",
                "plugin.GRPCStdio",
            ])
        );
        for name in names {
            let symbol = question(MessageRequest::FileContainingSymbol(name.to_owned()));
            call.send(wire::framed(&symbol), false).await;
            let answer = call.next::<ServerReflectionResponse>().await.unwrap().message_response.unwrap();
            assert!(matches!(answer, MessageResponse::FileDescriptorResponse(_)), "{name}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn the_driver_says_who_it_is_before_it_is_configured() {
    let plugin = Plugin::launch();
    let wire = Wire::connect(&plugin.socket).await;
    let info: PluginInfoResponse = wire.call(&format!("{BASE}/PluginInfo"), &()).await.unwrap();
    let expected = PluginInfoResponse {
        r#type: 2,
        plugin_api_versions: vec!["v0.1.0".to_owned()],
        plugin_version: env!("CARGO_PKG_VERSION").to_owned(),
        name: "podman".to_owned(),
    };
    assert_eq!(info, expected);
    let schema: ConfigSchemaResponse = wire.call(&format!("{BASE}/ConfigSchema"), &()).await.unwrap();
    assert_eq!(schema.spec, Some(podman_driver_engine::generated::descriptors::plugin()));
    let schema: TaskConfigSchemaResponse =
        wire.call(&format!("{DRIVER}/TaskConfigSchema"), &()).await.unwrap();
    assert_eq!(schema.spec, Some(podman_driver_engine::generated::descriptors::task()));
    let capabilities: CapabilitiesResponse = wire.call(&format!("{DRIVER}/Capabilities"), &()).await.unwrap();
    let capabilities = capabilities.capabilities.unwrap();
    assert!(capabilities.send_signals && capabilities.exec && !capabilities.must_create_network);
    assert_eq!((capabilities.fs_isolation, capabilities.network_isolation_modes), (2, vec![1, 0, 2]));
    assert_eq!((capabilities.mount_configs, capabilities.disable_log_collection), (0, false));
    let _: InitResponse = wire.call(&format!("{DRIVER}/Init"), &()).await.unwrap();
    let _: ShutdownResponse = wire.call(&format!("{DRIVER}/Shutdown"), &()).await.unwrap();
    let _: PluginInfoResponse = wire.call(&format!("{BASE}/PluginInfo"), &()).await.unwrap();
    let unknown = wire.call::<()>(&format!("{DRIVER}/Unknown"), &()).await.unwrap_err();
    assert_eq!(unknown.code, 12);
}

#[tokio::test]
async fn networks_are_not_made() {
    let plugin = Plugin::launch();
    let wire = Wire::connect(&plugin.socket).await;
    let refused = |call: &str| Refused { code: 12, message: format!("{call} RPC not supported by driver") };
    let create = wire.call::<CreateNetworkResponse>(&format!("{DRIVER}/CreateNetwork"), &()).await;
    assert_eq!(create.unwrap_err(), refused("CreateNetwork"));
    let destroy = wire.call::<DestroyNetworkResponse>(&format!("{DRIVER}/DestroyNetwork"), &()).await;
    assert_eq!(destroy.unwrap_err(), refused("DestroyNetwork"));
}

#[tokio::test]
async fn a_configuration_is_taken_again_and_again_or_refused_with_its_option() {
    let plugin = Plugin::launch();
    let wire = Wire::connect(&plugin.socket).await;
    let path = format!("{BASE}/SetConfig");
    for request in [
        SetConfigRequest::default(),
        config(&json!({})),
        config(&json!({ "socket": null })),
        config(&json!(null)),
    ] {
        for _ in 0..2 {
            let _: SetConfigResponse = wire.call(&path, &request).await.unwrap();
        }
    }
    let far =
        json!({ "socket": [{ "socket_path": "unix:///a" }, { "name": "b", "socket_path": "ssh://b" }] });
    for (value, option) in [
        (json!({ "recover_stopped": "maybe" }), "recover_stopped"),
        (json!({ "gc": { "container": 7 } }), "gc.container"),
        (json!({ "client_http_timeout": "soon" }), "client_http_timeout"),
        (far, "socket[1].socket_path"),
    ] {
        let refused = wire.call::<SetConfigResponse>(&path, &config(&value)).await.unwrap_err();
        assert_eq!(refused.code, 2, "{refused:?}");
        assert!(
            refused.message.starts_with("SetConfig failed: ") && refused.message.contains(option),
            "{refused:?}"
        );
    }
    let broken = SetConfigRequest { msgpack_config: vec![0xc1; 3].into(), ..SetConfigRequest::default() };
    assert_eq!(wire.call::<SetConfigResponse>(&path, &broken).await.unwrap_err().code, 2);
}

#[tokio::test]
async fn nesting_without_end_is_refused() {
    let plugin = Plugin::launch();
    let wire = Wire::connect(&plugin.socket).await;
    for depth in [100, 1_000, 100_000] {
        // A map of one member that holds lists in lists.
        let mut bytes = vec![0x81, 0xa1, b'x'];
        bytes.extend(vec![0x91; depth]);
        bytes.push(0xc0);
        let request = SetConfigRequest { msgpack_config: bytes.into(), ..SetConfigRequest::default() };
        let answer = wire.call::<SetConfigResponse>(&format!("{BASE}/SetConfig"), &request).await;
        assert!(answer.is_ok() || answer.is_err_and(|refused| refused.code == 2), "{depth}");
    }
    let _: PluginInfoResponse = wire.call(&format!("{BASE}/PluginInfo"), &()).await.unwrap();
}

#[tokio::test]
async fn messages_may_be_larger_than_a_go_plugin_takes() {
    let plugin = Plugin::launch();
    let wire = Wire::connect(&plugin.socket).await;
    let request = config(&json!({ "unknown": "x".repeat(20 << 20) }));
    let _: SetConfigResponse = wire.call(&format!("{BASE}/SetConfig"), &request).await.unwrap();
}

#[tokio::test]
async fn six_hundred_streams_are_open_at_once_on_one_connection() {
    let plugin = Plugin::launch();
    let wire = Wire::connect(&plugin.socket).await;
    let mut streams = Vec::new();
    for _ in 0..600 {
        streams.push(wire.open(&format!("{DRIVER}/TaskEvents"), NOTHING, true).await);
    }
    let _: PluginInfoResponse = wire.call(&format!("{BASE}/PluginInfo"), &()).await.unwrap();
    // An agent that ends gives all of them up at once.
    drop(streams);
    let _: PluginInfoResponse = wire.call(&format!("{BASE}/PluginInfo"), &()).await.unwrap();
    let mut events = wire.open(&format!("{DRIVER}/TaskEvents"), NOTHING, true).await;
    let answer = timeout(SILENCE, events.next::<DriverTaskEvent>()).await;
    assert!(answer.is_err(), "without an event the stream is silent and open: {answer:?}");
}

#[tokio::test]
async fn connections_may_close_at_once_and_clients_may_leave() {
    let mut plugin = Plugin::launch();
    for _ in 0..20 {
        drop(UnixStream::connect(&plugin.socket).unwrap());
    }
    for _ in 0..3 {
        let wire = Wire::connect(&plugin.socket).await;
        let _events = wire.open(&format!("{DRIVER}/TaskEvents"), NOTHING, true).await;
        let _: SetConfigResponse =
            wire.call(&format!("{BASE}/SetConfig"), &config(&json!({}))).await.unwrap();
        wire.connection.abort();
    }
    let wire = Wire::connect(&plugin.socket).await;
    let _: PluginInfoResponse = wire.call(&format!("{BASE}/PluginInfo"), &()).await.unwrap();
    assert!(plugin.is_running());
}

#[tokio::test]
async fn running_out_of_descriptors_ends_nothing() {
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -n 40; exec \"$0\"", env!("CARGO_BIN_EXE_nomad-driver-podman")]).env_clear();
    command.stdin(std::process::Stdio::null());
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let mut plugin = Plugin::of(command, &[], Stderr::Read);
    let connections: Vec<_> = (0..60).map(|_| UnixStream::connect(&plugin.socket).unwrap()).collect();
    plugin
        .record_with(|record| record["@message"].as_str().unwrap().contains("no connection can be accepted"));
    drop(connections);
    let wire = Wire::connect(&plugin.socket).await;
    let _: PluginInfoResponse = wire.call(&format!("{BASE}/PluginInfo"), &()).await.unwrap();
    plugin.kill(Signal::TERM);
    plugin.ended();
    let records = plugin.records_to_the_end();
    let complaints = records.iter().filter(|record| record["@level"] == "warn").count();
    assert!(complaints <= 60, "a failure that lasts is told once: {complaints}");
}
