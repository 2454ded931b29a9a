//! `--host unix://…`: the facts of a real Podman, from its answers about itself, its networks and nothing else.
//! The runtime exists only here and only for this flag.

use std::time::Duration;

use podman_driver_engine::facts::{CgroupVersion, HostFacts};
use tokio::runtime::Builder;

use super::answer::Failure;
use crate::podman::{Client, Deadlines, Error, Info};

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
    Ok(HostFacts { networks: Some(networks.into_iter().map(|network| network.name).collect()), ..of(info) })
}

/// What this Podman does not say keeps its documented default.
fn of(info: Info) -> HostFacts {
    let known = HostFacts::default();
    HostFacts {
        podman_version: info.version.and_then(|version| version.parse().ok()).unwrap_or(known.podman_version),
        rootless: info.rootless.unwrap_or(known.rootless),
        cgroup_version: match info.cgroup_version.as_deref() {
            Some("v1") => CgroupVersion::V1,
            _ => CgroupVersion::V2,
        },
        cgroup_manager: info.cgroup_manager.unwrap_or(known.cgroup_manager),
        cgroup_controllers: info.cgroup_controllers.unwrap_or(known.cgroup_controllers),
        apparmor: info.apparmor.unwrap_or(known.apparmor),
        selinux: info.selinux.unwrap_or(known.selinux),
        processors: info.processors.map_or(known.processors, u64::from),
        networks: known.networks,
        images: known.images,
    }
}
