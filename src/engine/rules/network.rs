//! Whose network the container uses, its addresses there, its name servers, and its /etc/hosts.
//! Which ports are published is in `ports`; making a namespace for a group is Nomad's business.

mod addresses;
pub(crate) mod choice;

use std::collections::BTreeMap;

use crate::config::syntax::nearest::nearest;
use crate::config::syntax::network_mode::MODES;
use crate::config::syntax::{ExtraHost, IpAddress, NetworkMode, Syntax};
use crate::diagnostic::Diagnostic;
use crate::draft::Draft;
use crate::facts::PodmanVersion;
use crate::generated::diagnostics as ids;
use crate::inputs::Inputs;
use crate::rules::shared::sysctl_of_host;
use crate::spec::{Namespace, PerNetworkOptions};

use choice::{Network, choose};

/// Gives the container its network: Nomad's namespace for the group, or what `network_mode` says, or the default.
pub fn mode(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let network = choose(cx);
    match &network {
        Network::Namespace(namespace) => out.set_netns(namespace.clone()),
        Network::Named(_) => out.set_netns(Namespace::mode("bridge")),
        Network::Open => return,
        Network::Wrong(error) => return out.report(cx.at("network_mode", bad_mode(cx, error.to_string()))),
    }
    if *cx.host.podman_version() >= PodmanVersion::new(4, 0, 0) {
        join(cx, out, &network);
    } else {
        if let Network::Named(name) = &network {
            out.set_networks(BTreeMap::from([(name.clone(), PerNetworkOptions::default())]));
        }
        addresses::set_alone(cx, out);
    }
    addresses::judge(cx, out, &network);
    judge(cx, out, &network);
}

/// Sends the group's name servers, or the plugin's where the group says nothing at all.
pub fn dns(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let Some(group) = cx.nomad.dns() else {
        return plugin_dns(cx, out);
    };
    let mut servers = Vec::new();
    for server in &group.servers {
        match server.parse::<IpAddress>() {
            Ok(address) => servers.push(address.to_string()),
            Err(_) if cx.is_open(server) => servers.push(server.clone()),
            Err(_) => {
                let message = format!("Invalid dns server address, dns={server}");
                out.report(Diagnostic::error(ids::BAD_DNS_SERVER, message).accepts(IpAddress::ACCEPTED));
            }
        }
    }
    if !servers.is_empty() {
        out.set_dns_server(servers);
    }
    if !group.searches.is_empty() {
        out.set_dns_search(group.searches.clone());
    }
    if !group.options.is_empty() {
        out.set_dns_option(group.options.clone());
    }
    if group.servers.is_empty() && !cx.plugin.dns_servers().is_empty() {
        let message = "The group's dns block names no servers, and switches those of the plugin off.";
        let diagnostic = Diagnostic::warning(ids::PLUGIN_DNS_WITHOUT_EFFECT, message)
            .suggest("Write the servers into the group's `dns` block, or leave the block away.");
        out.report(cx.at_plugin("dns_servers", diagnostic));
    }
}

fn plugin_dns(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let mut servers = Vec::new();
    for (index, server) in cx.plugin.dns_servers().iter().enumerate() {
        match server.parse::<IpAddress>() {
            Ok(address) => servers.push(address.to_string()),
            Err(_) => {
                let message = format!("Invalid dns server address from plugin config, dns={server}");
                let diagnostic =
                    Diagnostic::error(ids::BAD_PLUGIN_DNS_SERVER, message).accepts(IpAddress::ACCEPTED);
                out.report(cx.at_plugin(&format!("dns_servers[{index}]"), diagnostic));
            }
        }
    }
    if !servers.is_empty() {
        out.set_dns_server(servers);
    }
}

/// Adds lines to the container's /etc/hosts.
pub fn extra_hosts(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let hosts = cx.task.extra_hosts();
    for (index, entry) in hosts.iter().enumerate() {
        let problem = match entry.parse::<ExtraHost>() {
            Err(_) if !cx.is_open(entry) => {
                let message = format!("cannot use {entry:?} as extra_hosts (must be host:ip)");
                Diagnostic::error(ids::BAD_EXTRA_HOST, message).accepts(ExtraHost::ACCEPTED)
            }
            Ok(host) if !host.is_usable() && !cx.is_open(entry) => {
                out.push_hostadd(entry.clone());
                let message = format!("{:?} is no IP address; Podman may refuse it.", host.address());
                Diagnostic::warning(ids::BAD_EXTRA_HOST_ADDRESS, message).accepts(ExtraHost::ACCEPTED)
            }
            _ => {
                out.push_hostadd(entry.clone());
                continue;
            }
        };
        out.report(cx.at(&format!("extra_hosts[{index}]"), problem));
    }
    if !hosts.is_empty() && choose(cx).mode() == Some("container") {
        let message = "Hosts cannot be added where the container joins the network of another container.";
        let diagnostic = Diagnostic::error(ids::EXTRA_HOSTS_IN_JOINED_NETWORK, message)
            .suggest("Give `extra_hosts` to the task that is joined.");
        out.report(cx.at("extra_hosts", diagnostic));
    }
}

/// Joins a network by name, or the default one where the container wants an address of its own in it.
fn join(cx: &Inputs<'_>, out: &mut Draft<'_>, network: &Network) {
    let (name, named) = match network {
        Network::Named(name) => (name.as_str(), true),
        Network::Namespace(namespace) if namespace.nsmode == "bridge" => ("default", false),
        Network::Namespace(_) | Network::Open | Network::Wrong(_) => return,
    };
    let options = addresses::of(cx);
    if named || options != PerNetworkOptions::default() {
        out.set_networks(BTreeMap::from([(name.to_owned(), options)]));
    }
}

fn judge(cx: &Inputs<'_>, out: &mut Draft<'_>, network: &Network) {
    let wanted = cx.task.network_mode();
    if !cx.nomad.netns_path().is_empty() && !wanted.is_empty() {
        let message =
            format!("network_mode {wanted:?} is not used: the group has a network namespace of its own.");
        let diagnostic = Diagnostic::warning(ids::NETWORK_MODE_IGNORED, message).suggest("Leave it away.");
        return out.report(cx.at("network_mode", diagnostic));
    }
    if let (Network::Named(name), Some(known)) = (network, cx.host.networks())
        && !known.contains(name)
    {
        let message = format!("network {name:?} not found, verify with: podman network ls");
        let candidates = known.iter().map(String::as_str).chain(MODES);
        let diagnostic =
            Diagnostic::error(ids::UNKNOWN_NETWORK, message).did_you_mean(nearest(name, candidates));
        out.report(cx.at("network_mode", diagnostic));
    }
    let of_plugin = wanted.is_empty() && cx.host.rootless();
    let place = |diagnostic: Diagnostic| match of_plugin {
        true => cx.at_plugin("networking.default_rootless_mode", diagnostic),
        false => cx.at("network_mode", diagnostic),
    };
    let version = cx.host.podman_version();
    match network.mode() {
        Some("host") => sysctl_of_host(cx, out, &["net."], "network_mode"),
        Some("pasta") => {
            if !cx.host.rootless() {
                let message = "pasta works only with a rootless Podman, and this one is not.";
                let diagnostic =
                    Diagnostic::warning(ids::PASTA_NEEDS_ROOTLESS, message).suggest("Use `bridge`.");
                out.report(place(diagnostic));
            }
            if *version < PodmanVersion::new(4, 4, 0) {
                let message = format!("Podman has pasta from 4.4 on, and this is {version}.");
                let diagnostic = Diagnostic::error(ids::PASTA_TOO_OLD, message).suggest("Use `slirp4netns`.");
                out.report(place(diagnostic));
            }
        }
        Some("slirp4netns") if version.major() >= 6 => {
            let message = format!("Podman has slirp4netns up to 5.8, and this is {version}.");
            let diagnostic = Diagnostic::error(ids::SLIRP4NETNS_GONE, message).suggest("Use `pasta`.");
            out.report(place(diagnostic));
        }
        _ => {}
    }
}

fn bad_mode(cx: &Inputs<'_>, message: String) -> Diagnostic {
    let word = cx.task.network_mode().split(':').next().unwrap_or_default();
    let near =
        nearest(word, MODES.into_iter().chain(["container", "ns", "task"])).filter(|near| *near != word);
    Diagnostic::error(ids::BAD_NETWORK_MODE, message).accepts(NetworkMode::ACCEPTED).did_you_mean(near)
}

#[cfg(test)]
#[path = "network/tests.rs"]
pub(crate) mod tests;
