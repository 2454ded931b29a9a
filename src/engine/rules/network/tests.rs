//! What the rules of network do, row by row: options and facts in, members and diagnostics out.

use serde_json::{Value as Json, json};

use crate::rules::testing::{Row, check, row};

/// What a task says and gets of its network, its addresses, its name servers and its hosts.
pub(crate) fn rows() -> Vec<Row> {
    let mut rows = modes();
    rows.extend(rootless());
    rows.extend(addresses());
    rows.extend(dns());
    rows.extend(hosts());
    rows
}

fn netns(nsmode: &str) -> Json {
    json!({ "netns": { "nsmode": nsmode } })
}

fn joined(nsmode: &str, value: &str) -> Json {
    json!({ "netns": { "nsmode": nsmode, "value": value } })
}

fn modes() -> Vec<Row> {
    let mode = |text: &str| json!({ "network_mode": text });
    let known = || json!({ "host": { "networks": ["podman", "shop"] } });
    vec![
        row("a mode goes to Podman as it is", mode("host"), json!({}), netns("host"), &[]),
        row("so does none", mode("none"), json!({}), netns("none"), &[]),
        row(
            "slirp4netns serves rootful Podmans too",
            mode("slirp4netns"),
            json!({}),
            netns("slirp4netns"),
            &[],
        ),
        row(
            "another container's network is joined",
            mode("container:abc"),
            json!({}),
            joined("container", "abc"),
            &[],
        ),
        row(
            "a namespace is joined by its path",
            mode("ns:/run/netns/x"),
            json!({}),
            joined("path", "/run/netns/x"),
            &[],
        ),
        row(
            "another task is joined by its container",
            mode("task:proxy"),
            json!({}),
            joined("container", "proxy-00000000-0000-0000-0000-000000000000"),
            &[],
        ),
        row(
            "a Podman network is joined by its name",
            mode("shop"),
            known(),
            json!({ "Networks": { "shop": {} } }),
            &[],
        ),
        row(
            "an unknown host is taken to have every network",
            mode("nope"),
            json!({}),
            json!({ "Networks": { "nope": {} } }),
            &[],
        ),
        row(
            "a network that does not exist is refused in the Go driver's words",
            mode("nope"),
            known(),
            json!({ "Networks": { "nope": {} } }),
            &[
                "unknown_network at network_mode: network \"nope\" not found, verify with: podman network ls | Did you mean `none`?",
            ],
        ),
        row(
            "a misspelt mode is taken for a network, with the mode suggested",
            mode("brigde"),
            known(),
            json!({ "Networks": { "brigde": {} } }),
            &[
                "unknown_network at network_mode: network \"brigde\" not found, verify with: podman network ls | Did you mean `bridge`?",
            ],
        ),
        row(
            "options of a mode are refused",
            mode("pasta:--map-gw"),
            json!({}),
            json!({ "netns": null }),
            &[
                "bad_network_mode at network_mode: network \"pasta:--map-gw\" not found, verify with: podman network ls. The mode `pasta` takes no options here",
            ],
        ),
        row(
            "a mode that is known only at run time is left out",
            mode("${meta.net}"),
            json!({}),
            json!({ "netns": null }),
            &[],
        ),
        row(
            "Nomad's namespace is joined",
            json!({}),
            json!({ "nomad": { "netns_path": "/var/run/netns/abc", "netns_mode": "group" } }),
            joined("path", "/var/run/netns/abc"),
            &[],
        ),
        row(
            "Nomad's namespace beats the mode, and that is told",
            mode("host"),
            json!({ "nomad": { "netns_path": "/var/run/netns/abc", "netns_mode": "group" } }),
            joined("path", "/var/run/netns/abc"),
            &[
                "network_mode_ignored at network_mode: network_mode \"host\" is not used: the group has a network namespace of its own. | Leave it away.",
            ],
        ),
        row(
            "a group's namespace without path is sent on",
            json!({}),
            json!({ "nomad": { "netns_mode": "group" } }),
            netns("path"),
            &[],
        ),
        row(
            "kernel parameters of the host's network cannot be set",
            json!({ "network_mode": "host", "sysctl": { "net.core.somaxconn": "1", "kernel.shmmax": "1" } }),
            json!({}),
            json!({ "netns": { "nsmode": "host" }, "sysctl": { "net.core.somaxconn": "1", "kernel.shmmax": "1" } }),
            &[
                "sysctl_of_shared_namespace at sysctl.net.core.somaxconn: The kernel parameter net.core.somaxconn belongs to a namespace that is the host's by network_mode.",
            ],
        ),
        row(
            "pasta is for rootless Podmans",
            mode("pasta"),
            json!({}),
            netns("pasta"),
            &[
                "pasta_needs_rootless at network_mode: pasta works only with a rootless Podman, and this one is not. | Use `bridge`.",
            ],
        ),
    ]
}

fn rootless() -> Vec<Row> {
    let on = |version: &str, mode: &str| json!({ "host": { "rootless": true, "podman_version": version }, "plugin": { "networking": { "default_rootless_mode": mode } } });
    let with = |nsmode: &str| json!({ "netns": { "nsmode": nsmode }, "resource_limits": { "cpu": null } });
    vec![
        row("from Podman 5.0 on the default is pasta", json!({}), on("5.0.0", ""), with("pasta"), &[]),
        row("a suffix does not change that", json!({}), on("5.0.0-dev", ""), with("pasta"), &[]),
        row("before that it is slirp4netns", json!({}), on("4.9.4-rhel", ""), with("slirp4netns"), &[]),
        row(
            "the plugin can choose another one",
            json!({}),
            on("5.4.2", "slirp4netns"),
            with("slirp4netns"),
            &[],
        ),
        row(
            "Podman 6 has no slirp4netns",
            json!({}),
            on("6.0.0", "slirp4netns"),
            with("slirp4netns"),
            &[
                "slirp4netns_gone at networking.default_rootless_mode: Podman has slirp4netns up to 5.8, and this is 6.0.0. | Use `pasta`.",
            ],
        ),
        row(
            "also where the task asks for it",
            json!({ "network_mode": "slirp4netns" }),
            on("6.0.0", ""),
            with("slirp4netns"),
            &[
                "slirp4netns_gone at network_mode: Podman has slirp4netns up to 5.8, and this is 6.0.0. | Use `pasta`.",
            ],
        ),
        row(
            "Podman 4.3 has no pasta",
            json!({ "network_mode": "pasta" }),
            on("4.3.1", ""),
            with("pasta"),
            &[
                "pasta_too_old at network_mode: Podman has pasta from 4.4 on, and this is 4.3.1. | Use `slirp4netns`.",
            ],
        ),
        row("the plugin's own word is sent as it is", json!({}), on("5.4.2", "slirp"), with("slirp"), &[]),
        row(
            "a bridge by the plugin gives addresses",
            json!({ "ipv4_address": "10.88.0.50" }),
            on("5.4.2", "bridge"),
            json!({ "Networks": { "default": { "static_ips": ["10.88.0.50"] } }, "resource_limits": { "cpu": null } }),
            &[],
        ),
        row(
            "nobody asks for the plugin's word where the task has a mode",
            json!({ "network_mode": "bridge" }),
            on("5.4.2", "slirp"),
            json!({ "resource_limits": { "cpu": null } }),
            &[],
        ),
    ]
}

fn addresses() -> Vec<Row> {
    let old = || json!({ "host": { "podman_version": "3.4.4" } });
    const OLD: &str =
        "podman_too_old: This Podman is 3.4.4, older than 4.3, the oldest that is tested. | Update Podman.";
    vec![
        row(
            "addresses are those of the default network",
            json!({ "ipv4_address": "10.88.0.50", "static_mac": "92:D0:C6:0A:29:33" }),
            json!({}),
            json!({ "Networks": { "default": { "static_ips": ["10.88.0.50"], "static_mac": "92:d0:c6:0a:29:33" } } }),
            &[],
        ),
        row(
            "they come in the order of the options",
            json!({ "static_ips": ["10.88.0.51", "FD00::0:6"], "ipv6_address": "fd00::5", "ipv4_address": "10.88.0.50" }),
            json!({}),
            json!({ "Networks": { "default": { "static_ips": ["10.88.0.50", "fd00::5", "10.88.0.51", "fd00::6"] } } }),
            &[],
        ),
        row(
            "or of a network by name",
            json!({ "network_mode": "shop", "ipv4_address": "10.89.0.50" }),
            json!({}),
            json!({ "Networks": { "shop": { "static_ips": ["10.89.0.50"] } } }),
            &[],
        ),
        row(
            "an address that is known only at run time is sent on",
            json!({ "ipv4_address": "${meta.ip}", "static_mac": "${meta.mac}" }),
            json!({}),
            json!({ "Networks": { "default": { "static_ips": ["${meta.ip}"], "static_mac": "${meta.mac}" } } }),
            &[],
        ),
        row(
            "an old Podman has members of its own for them",
            json!({ "ipv4_address": "10.88.0.50", "ipv6_address": "fd00::5", "static_mac": "92:d0:c6:0a:29:33" }),
            old(),
            json!({ "static_ip": "10.88.0.50", "static_ipv6": "fd00::5", "static_mac": "ktDGCikz" }),
            &[OLD],
        ),
        row(
            "a suffix does not make Podman 4 an old one",
            json!({ "ipv4_address": "10.88.0.50" }),
            json!({ "host": { "podman_version": "4.9.4-rhel" } }),
            json!({ "Networks": { "default": { "static_ips": ["10.88.0.50"] } } }),
            &[],
        ),
        row(
            "an old Podman has no list",
            json!({ "static_ips": ["10.88.0.51"] }),
            old(),
            json!({}),
            &[
                "static_ips_too_old at static_ips: Podman takes static_ips from 4.0 on, and this is 3.4.4. | Use `ipv4_address` and `ipv6_address`.",
                OLD,
            ],
        ),
        row(
            "what is no address is refused",
            json!({ "ipv4_address": "10.88.0.50/16", "static_ips": ["fd00::1", "x"] }),
            json!({}),
            json!({ "Networks": { "default": { "static_ips": ["fd00::1"] } } }),
            &[
                "bad_static_address at ipv4_address: invalid IP address \"10.88.0.50/16\". | Write \"10.88.0.50\", without the mask.",
                "bad_static_address at static_ips[1]: invalid IP address \"x\".",
            ],
        ),
        row(
            "what is no hardware address is refused",
            json!({ "static_mac": "92:d0:c6:0a:29" }),
            json!({}),
            json!({}),
            &["bad_static_mac at static_mac: invalid MAC address \"92:d0:c6:0a:29\"."],
        ),
        row(
            "a hardware address belongs to one device",
            json!({ "static_mac": "01:00:5e:00:00:01" }),
            json!({}),
            json!({ "Networks": { "default": { "static_mac": "01:00:5e:00:00:01" } } }),
            &[
                "bad_static_mac at static_mac: The MAC address \"01:00:5e:00:00:01\" is for many devices at once; no container can have it.",
            ],
        ),
        row(
            "an address of the other family is used and told",
            json!({ "ipv4_address": "fd00::50" }),
            json!({}),
            json!({ "Networks": { "default": { "static_ips": ["fd00::50"] } } }),
            &[
                "static_address_family at ipv4_address: ipv4_address holds an IPv6 address. | Write it as `ipv6_address`.",
            ],
        ),
        row(
            "addresses outside a bridge are refused",
            json!({ "network_mode": "host", "ipv4_address": "10.88.0.50", "static_mac": "92:d0:c6:0a:29:33" }),
            json!({}),
            netns("host"),
            &[
                "static_address_outside_bridge at ipv4_address: ipv4_address needs a bridge network, and this container's network is host. | Use `network_mode = \"bridge\"` or a Podman network, or leave it away.",
                "static_address_outside_bridge at static_mac: static_mac needs a bridge network, and this container's network is host. | Use `network_mode = \"bridge\"` or a Podman network, or leave it away.",
            ],
        ),
    ]
}

fn dns() -> Vec<Row> {
    let of_plugin = |servers: &[&str]| json!({ "plugin": { "dns_servers": servers } });
    vec![
        row(
            "the group's resolver is sent",
            json!({}),
            json!({ "nomad": { "dns": { "servers": ["1.1.1.1", "2606:4700::1111"], "searches": ["corp"], "options": ["ndots:2"] } } }),
            json!({ "dns_server": ["1.1.1.1", "2606:4700::1111"], "dns_search": ["corp"], "dns_option": ["ndots:2"] }),
            &[],
        ),
        row(
            "the plugin's servers serve groups that say nothing",
            json!({}),
            of_plugin(&["9.9.9.9"]),
            json!({ "dns_server": ["9.9.9.9"] }),
            &[],
        ),
        row(
            "the group's servers beat the plugin's",
            json!({}),
            json!({ "nomad": { "dns": { "servers": ["1.1.1.1"] } }, "plugin": { "dns_servers": ["9.9.9.9"] } }),
            json!({ "dns_server": ["1.1.1.1"] }),
            &[],
        ),
        row(
            "an empty block switches the plugin's off, and that is told",
            json!({}),
            json!({ "nomad": { "dns": {} }, "plugin": { "dns_servers": ["9.9.9.9"] } }),
            json!({}),
            &[
                "plugin_dns_without_effect at dns_servers: The group's dns block names no servers, and switches those of the plugin off. | Write the servers into the group's `dns` block, or leave the block away.",
            ],
        ),
        row(
            "a server by name is refused",
            json!({}),
            json!({ "nomad": { "dns": { "servers": ["one.one", "1.1.1.1"] } } }),
            json!({ "dns_server": ["1.1.1.1"] }),
            &["bad_dns_server: Invalid dns server address, dns=one.one"],
        ),
        row(
            "also one of the plugin",
            json!({}),
            of_plugin(&["one.one"]),
            json!({}),
            &[
                "bad_plugin_dns_server at dns_servers[0]: Invalid dns server address from plugin config, dns=one.one",
            ],
        ),
        row(
            "a server that is known only at run time is sent on",
            json!({}),
            json!({ "nomad": { "dns": { "servers": ["${attr.unique.network.ip-address}"] } } }),
            json!({ "dns_server": ["${attr.unique.network.ip-address}"] }),
            &[],
        ),
    ]
}

fn hosts() -> Vec<Row> {
    vec![
        row(
            "hosts are sent as written",
            json!({ "extra_hosts": ["db:10.0.0.5", "v6:::1", "gw:host-gateway"] }),
            json!({}),
            json!({ "hostadd": ["db:10.0.0.5", "v6:::1", "gw:host-gateway"] }),
            &[],
        ),
        row(
            "a host needs an address",
            json!({ "extra_hosts": ["db", "web:10.0.0.5"] }),
            json!({}),
            json!({ "hostadd": ["web:10.0.0.5"] }),
            &["bad_extra_host at extra_hosts[0]: cannot use \"db\" as extra_hosts (must be host:ip)"],
        ),
        row(
            "an address that is a name is sent and told",
            json!({ "extra_hosts": ["db:db.example.com"] }),
            json!({}),
            json!({ "hostadd": ["db:db.example.com"] }),
            &[
                "bad_extra_host_address at extra_hosts[0]: \"db.example.com\" is no IP address; Podman may refuse it.",
            ],
        ),
        row(
            "an address that is known only at run time is not judged",
            json!({ "extra_hosts": ["db:${meta.db}", "${meta.host}"] }),
            json!({}),
            json!({ "hostadd": ["db:${meta.db}", "${meta.host}"] }),
            &[],
        ),
        row(
            "a joined network has its own hosts",
            json!({ "extra_hosts": ["db:10.0.0.5"], "network_mode": "container:x" }),
            json!({}),
            json!({ "hostadd": ["db:10.0.0.5"], "netns": { "nsmode": "container", "value": "x" } }),
            &[
                "extra_hosts_in_joined_network at extra_hosts: Hosts cannot be added where the container joins the network of another container. | Give `extra_hosts` to the task that is joined.",
            ],
        ),
    ]
}

#[test]
fn network_modes_become_namespaces() {
    check(&modes());
}

#[test]
fn a_rootless_podman_has_defaults_of_its_own() {
    check(&rootless());
}

#[test]
fn addresses_belong_to_a_bridge() {
    check(&addresses());
}

#[test]
fn name_servers_are_the_groups_or_the_plugins() {
    check(&dns());
}

#[test]
fn hosts_are_added() {
    check(&hosts());
}
