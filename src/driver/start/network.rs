//! Where a task can be reached, as the client is told: the container's address and the ports that the job maps.

use super::plan::Plan;
use crate::driver::handle::DriverNet;
use crate::plugin::generated::driver::NetworkOverride;
use crate::podman::Container;

/// The driver's network of a container. It is always to be advertised, also without an address, as the Go driver has it.
pub(super) fn of(plan: &Plan, container: &Container) -> DriverNet {
    DriverNet { port_map: plan.config.port_map.clone(), ip: address(plan, container), auto_advertise: true }
}

/// The same for the client. Ports beyond what its numbers can hold are no ports, and left out.
pub(super) fn told(net: &DriverNet) -> NetworkOverride {
    let ports = net.port_map.iter();
    NetworkOverride {
        port_map: ports
            .filter_map(|(label, port)| Some((label.clone(), i32::try_from(*port).ok()?)))
            .collect(),
        addr: net.ip.clone(),
        auto_advertise: net.auto_advertise,
    }
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
