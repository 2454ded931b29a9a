//! `--host unix://…`: the facts of a real Podman, from its answers about itself, its networks and nothing else.
//! The runtime exists only here and only for this flag.

use std::time::Duration;

use podman_driver_engine::facts::HostFacts;
use tokio::runtime::Builder;

use super::answer::Failure;
use crate::host_facts;
use crate::podman::{Client, Deadlines, Error};

/// Asks the Podman at an address such as `unix:///run/podman/podman.sock`; it has half a minute. Fails, with the
/// address and the cause in one sentence, if the address is none or no Podman answers there.
pub fn facts(address: &str) -> Result<HostFacts, Failure> {
    let failed = |why: &dyn std::fmt::Display| Failure(format!("--host {address}: {why}."));
    let Some(socket) = address.strip_prefix("unix://").filter(|path| path.starts_with('/')) else {
        return Err(failed(&"an address is written as `unix:///path/of/socket`"));
    };
    let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| failed(&error))?;
    let deadlines = Deadlines { total: Some(Duration::from_secs(30)), ..Deadlines::default() };
    let client = Client::new(socket, deadlines);
    runtime.block_on(ask(&client)).map_err(|error| failed(&error))
}

async fn ask(client: &Client) -> Result<HostFacts, Error> {
    let info = client.info().await?;
    let networks = client.networks().await?;
    Ok(HostFacts {
        networks: Some(networks.into_iter().map(|network| network.name).collect()),
        ..host_facts::of(&info)
    })
}
