//! Which ports of the host lead to the container: by label from the group's network, or in the old way by `port_map`.
//! Nomad's own variables with ports are in the environment already; only those that `port_map` changes are set here.

use crate::config::syntax::nearest::nearest;
use crate::diagnostic::Diagnostic;
use crate::draft::Draft;
use crate::facts::NomadPort;
use crate::generated::diagnostics as ids;
use crate::inputs::{Inputs, port_variable};
use crate::rules::network::choice::choose;
use crate::spec::PortMapping;

/// Publishes ports, each for TCP and for UDP.
pub fn publish(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let map = cx.task.port_map();
    for (label, port) in map {
        out.insert_env(port_variable(label), port.to_string());
    }
    let labels = cx.task.ports();
    match (labels.is_empty(), map.is_empty()) {
        (true, true) => return,
        (false, false) => {
            let message = "Invalid port declaration; use of port_map and ports";
            let diagnostic = Diagnostic::error(ids::PORTS_AND_PORT_MAP, message)
                .suggest("Keep `ports`, and write the container's port as `to` into the group's `network`.")
                .related(cx.place("ports"), "the other one");
            return out.report(cx.at("port_map", diagnostic));
        }
        (false, true) => labelled(cx, out, labels),
        (true, false) => mapped(cx, out),
    }
    let network = choose(cx);
    let Some(mode @ ("host" | "none" | "container" | "path")) = network.mode() else { return };
    let message = format!("Ports are not published where the container's network is {mode}.");
    let option = if map.is_empty() { "ports" } else { "port_map" };
    let diagnostic = Diagnostic::warning(ids::PORTS_WITHOUT_EFFECT, message).suggest(match mode {
        "host" => "Let the process listen on the port that Nomad chose, and leave it away.",
        _ => "Leave it away.",
    });
    out.report(cx.at(option, diagnostic));
}

/// Ports of the group's network by their labels.
fn labelled(cx: &Inputs<'_>, out: &mut Draft<'_>, labels: &[String]) {
    let Some(ports) = cx.nomad.ports() else {
        let diagnostic = Diagnostic::error(ids::PORTS_WITHOUT_NETWORK, "No ports defined in network stanza")
            .suggest("Add to the group: `network { port \"LABEL\" { to = PORT } }`.");
        return out.report(cx.at("ports", diagnostic));
    };
    for (index, label) in labels.iter().enumerate() {
        let path = format!("ports[{index}]");
        let before = labels.get(..index).unwrap_or_default();
        let found = ports.iter().find(|port| port.label == *label);
        let problem = match found {
            Some(_) if before.contains(label) => {
                let message = format!("The port {label:?} stands twice in ports, and is published once.");
                Diagnostic::warning(ids::PORT_GIVEN_TWICE, message).suggest("Keep it once.")
            }
            Some(port) => {
                let inside = if port.to == 0 { port.value } else { port.to };
                add(cx, out, &path, &port.host_ip, port, i64::from(inside));
                continue;
            }
            None if cx.is_open(label) => continue,
            None => {
                let message = format!("Port {label:?} not found, check network stanza");
                let known = ports.iter().map(|port| port.label.as_str());
                Diagnostic::error(ids::UNKNOWN_PORT, message).did_you_mean(nearest(label, known))
            }
        };
        out.report(cx.at(&path, problem));
    }
}

/// All ports of the task's first network, under the numbers that `port_map` gives them inside.
fn mapped(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let map = cx.task.port_map();
    let Some(network) = cx.nomad.networks().first() else {
        let message = "Trying to map ports but no network interface is available";
        let diagnostic = Diagnostic::error(ids::PORT_MAP_WITHOUT_NETWORK, message)
            .suggest("Use `ports` with a `network` block of the group.");
        return out.report(cx.at("port_map", diagnostic));
    };
    let ports = || network.reserved_ports.iter().chain(&network.dynamic_ports);
    for port in ports() {
        let inside = map.get(&port.label).copied().unwrap_or(i64::from(port.value));
        add(cx, out, &format!("port_map.{}", port.label), &network.ip, port, inside);
    }
    for label in map.keys().filter(|label| ports().all(|port| port.label != **label)) {
        let message = format!("port_map has the label {label:?}, which is no port of the task's network.");
        let known = ports().map(|port| port.label.as_str());
        let diagnostic =
            Diagnostic::warning(ids::PORT_MAP_LABEL_UNKNOWN, message).did_you_mean(nearest(label, known));
        out.report(cx.at(&format!("port_map.{label}"), diagnostic));
    }
}

/// One port as two mappings; a number that is no port is reported instead.
fn add(cx: &Inputs<'_>, out: &mut Draft<'_>, path: &str, host_ip: &str, port: &NomadPort, inside: i64) {
    let number = |number: i64| u16::try_from(number).ok().filter(|number| *number != 0);
    let (Some(host_port), Some(container_port)) = (number(i64::from(port.value)), number(inside)) else {
        let bad = if number(inside).is_none() { inside } else { i64::from(port.value) };
        let message = format!("{bad} is no port; the port {:?} cannot be published.", port.label);
        let diagnostic = Diagnostic::error(ids::BAD_PORT_NUMBER, message).accepts("a number from 1 to 65535");
        return out.report(cx.at(path, diagnostic));
    };
    for protocol in ["tcp", "udp"] {
        out.push_portmappings(PortMapping {
            host_ip: host_ip.to_owned(),
            container_port,
            host_port,
            protocol: protocol.to_owned(),
        });
    }
}

#[cfg(test)]
#[path = "ports/tests.rs"]
pub(crate) mod tests;
