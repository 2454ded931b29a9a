//! Fixed addresses of the container in its Podman network, in the two forms that Podman has had for them.
//! Whether an address is free and lies in the network's range only Podman can say.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::config::syntax::{IpAddress, MacAddress, Syntax};
use crate::diagnostic::Diagnostic;
use crate::draft::Draft;
use crate::facts::PodmanVersion;
use crate::generated::diagnostics as ids;
use crate::inputs::Inputs;
use crate::spec::PerNetworkOptions;

use super::choice::Network;

/// All addresses of the task that can be used, for a Podman that takes them network by network.
pub(super) fn of(cx: &Inputs<'_>) -> PerNetworkOptions {
    let texts = [cx.task.ipv4_address(), cx.task.ipv6_address()].into_iter();
    let all = texts.chain(cx.task.static_ips().iter().map(String::as_str));
    let mac = cx.task.static_mac();
    PerNetworkOptions {
        static_ips: all.filter_map(|text| usable(cx, text)).collect(),
        static_mac: match mac.parse::<MacAddress>() {
            Ok(mac) => Some(mac.to_string()),
            Err(_) => Some(mac.to_owned()).filter(|mac| cx.is_open(mac)),
        },
    }
}

/// Addresses for a Podman before 4.0, which has members of their own for them.
pub(super) fn set_alone(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    out.next_decision();
    if let Some(address) = usable(cx, cx.task.ipv4_address()) {
        out.set_static_ip(address);
    }
    out.next_decision();
    if let Some(address) = usable(cx, cx.task.ipv6_address()) {
        out.set_static_ipv6(address);
    }
    out.next_decision();
    if let Ok(mac) = cx.task.static_mac().parse::<MacAddress>() {
        out.set_static_mac(STANDARD.encode(mac.octets()));
    }
}

/// Reports addresses that are none, and those that this network or this Podman cannot give.
pub(super) fn judge(cx: &Inputs<'_>, out: &mut Draft<'_>, network: &Network) {
    let mut given = Vec::new();
    for (option, text, ipv4) in
        [("ipv4_address", cx.task.ipv4_address(), true), ("ipv6_address", cx.task.ipv6_address(), false)]
    {
        if !text.is_empty() {
            given.push(option);
            judge_address(cx, out, option, text, Some(ipv4));
        }
    }
    if !cx.task.static_ips().is_empty() {
        given.push("static_ips");
    }
    for (index, text) in cx.task.static_ips().iter().enumerate() {
        judge_address(cx, out, &format!("static_ips[{index}]"), text, None);
    }
    if !cx.task.static_mac().is_empty() {
        given.push("static_mac");
        judge_mac(cx, out, cx.task.static_mac());
    }
    let mode = network.mode().unwrap_or("bridge");
    if mode != "bridge" {
        for option in given {
            let message = format!("{option} needs a bridge network, and this container's network is {mode}.");
            let diagnostic = Diagnostic::error(ids::STATIC_ADDRESS_OUTSIDE_BRIDGE, message)
                .suggest("Use `network_mode = \"bridge\"` or a Podman network, or leave it away.");
            out.report(cx.at(option, diagnostic));
        }
    } else if !cx.task.static_ips().is_empty() && *cx.host.podman_version() < PodmanVersion::new(4, 0, 0) {
        let message =
            format!("Podman takes static_ips from 4.0 on, and this is {}.", cx.host.podman_version());
        let diagnostic = Diagnostic::error(ids::STATIC_IPS_TOO_OLD, message)
            .suggest("Use `ipv4_address` and `ipv6_address`.");
        out.report(cx.at("static_ips", diagnostic));
    }
}

fn judge_address(cx: &Inputs<'_>, out: &mut Draft<'_>, option: &str, text: &str, ipv4: Option<bool>) {
    let diagnostic = match text.parse::<IpAddress>() {
        Err(_) if cx.is_open(text) => return,
        Err(error) => {
            let diagnostic =
                Diagnostic::error(ids::BAD_STATIC_ADDRESS, format!("{error}.")).accepts(IpAddress::ACCEPTED);
            match text.split_once('/') {
                Some((address, _)) => diagnostic.suggest(format!("Write {address:?}, without the mask.")),
                None => diagnostic,
            }
        }
        Ok(address) => match (ipv4, address.get().is_ipv4()) {
            (Some(true), false) => other_family(option, "IPv6"),
            (Some(false), true) => other_family(option, "IPv4"),
            _ => return,
        },
    };
    out.report(cx.at(option, diagnostic));
}

fn other_family(option: &str, family: &str) -> Diagnostic {
    let message = format!("{option} holds an {family} address.");
    Diagnostic::warning(ids::STATIC_ADDRESS_FAMILY, message)
        .suggest(format!("Write it as `{}_address`.", family.to_ascii_lowercase()))
}

fn judge_mac(cx: &Inputs<'_>, out: &mut Draft<'_>, text: &str) {
    let message = match text.parse::<MacAddress>() {
        Ok(mac) if mac.is_multicast() => {
            format!("The MAC address {text:?} is for many devices at once; no container can have it.")
        }
        Ok(_) => return,
        Err(_) if cx.is_open(text) => return,
        Err(error) => format!("{error}."),
    };
    let diagnostic = Diagnostic::error(ids::BAD_STATIC_MAC, message).accepts(MacAddress::ACCEPTED);
    out.report(cx.at("static_mac", diagnostic));
}

/// An address in its usual spelling; what Nomad completes later stays as it is.
fn usable(cx: &Inputs<'_>, text: &str) -> Option<String> {
    match text.parse::<IpAddress>() {
        Ok(address) => Some(address.to_string()),
        Err(_) => Some(text.to_owned()).filter(|text| cx.is_open(text)),
    }
}
