//! Reads what a client is told by the fingerprint.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::collections::BTreeMap;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{Stream, StreamExt};
use nomad_driver_podman::driver::settings::{Node, Settings};
use nomad_driver_podman::driver::{Driver, fingerprint};
use nomad_driver_podman::plugin::generated::driver::FingerprintResponse;
use nomad_driver_podman::plugin::generated::driver::fingerprint_response::HealthState;
use nomad_driver_podman::plugin::generated::structs::attribute::Value;
use podman_driver_engine::config::{PluginConfig, PluginSocket, Sources};
use tokio::time::timeout;

/// What one client is told.
pub type Told = Pin<Box<dyn Stream<Item = FingerprintResponse> + Send>>;

/// Begins to listen.
pub fn stream(driver: &Arc<Driver>) -> Told {
    fingerprint::stream(driver.clone()).boxed()
}

/// Gives the driver a configuration of sockets, by name and path.
pub fn configure(driver: &Driver, sockets: &[(&str, &Path)]) {
    let block = |(name, path): &(&str, &Path)| PluginSocket {
        name: (*name).to_owned(),
        socket_path: format!("unix://{}", path.display()),
    };
    let plugin = PluginConfig { socket: sockets.iter().map(block).collect(), ..PluginConfig::default() };
    let settings = Settings::build(plugin, Sources::default(), Node::default(), &driver.settings());
    driver.set_settings(settings.expect("a good configuration"));
}

/// The next message, which has to come within this time.
pub async fn next(told: &mut Told, limit: Duration) -> FingerprintResponse {
    let message = timeout(limit, told.next()).await.expect("a message in time");
    message.expect("the stream never ends")
}

/// The first message of this health, which has to come within this time.
pub async fn until(told: &mut Told, limit: Duration, wanted: HealthState) -> FingerprintResponse {
    let started = Instant::now();
    loop {
        let message = next(told, limit.saturating_sub(started.elapsed())).await;
        if message.health() == wanted {
            return message;
        }
    }
}

/// A message's health.
pub fn health(message: &FingerprintResponse) -> HealthState {
    message.health()
}

/// The attributes as a node shows them.
pub fn shown(message: &FingerprintResponse) -> BTreeMap<String, String> {
    let text = |value: &Option<Value>| match value {
        Some(Value::StringVal(text)) => text.clone(),
        Some(Value::BoolVal(flag)) => flag.to_string(),
        other => panic!("{other:?}"),
    };
    message.attributes.iter().map(|(name, attribute)| (name.clone(), text(&attribute.value))).collect()
}
