//! Where a task can be reached, as the client is told: the container's address and the ports that the job maps.

use super::plan::Plan;
use crate::driver::handle::DriverNet;
use crate::podman::Container;

/// The driver's network of a container. It is always to be advertised, also without an address, as the Go driver has it.
pub(super) fn of(plan: &Plan, container: &Container) -> DriverNet {
    let port_map = plan.config.port_map.iter().map(|(label, port)| (label.clone(), i64::from(*port))).collect();
    DriverNet { port_map, ip: address(plan, container), auto_advertise: true }
}

/// The address in the network that the task asked for, or in its only one: IPv4 where there is one.
fn address(plan: &Plan, container: &Container) -> String {
    let network = &container.network;
    if let Some(ip) = network.ip.as_ref().filter(|ip| !ip.is_empty()) {
        return ip.clone();
    }
    let named = plan.translation.spec.networks.keys().find(|name| *name != "default");
    let joined = named
        .and_then(|name| network.networks.get(name))
        .or_else(|| network.networks.get("podman"))
        .or_else(|| network.networks.get("default"))
        .or_else(|| network.networks.values().next());
    let of_network = joined.and_then(|joined| {
        let v4 = joined.ip.clone().filter(|ip| !ip.is_empty());
        v4.or_else(|| joined.ipv6.clone().filter(|ip| !ip.is_empty()))
    });
    of_network.or_else(|| network.ipv6.clone()).unwrap_or_default()
}
