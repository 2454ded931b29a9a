//! What the rules of ports do, row by row: options and facts in, members and diagnostics out.

use serde_json::{Value as Json, json};

use crate::rules::testing::{Row, check, row};

/// What a task says and gets of its ports.
pub(crate) fn rows() -> Vec<Row> {
    let mut rows = labelled();
    rows.extend(mapped());
    rows
}

fn published(ports: &[(&str, u16, u16)]) -> Json {
    let one = |(host_ip, host_port, container_port): &(&str, u16, u16)| {
        ["tcp", "udp"].map(|protocol| {
            json!({ "host_ip": host_ip, "host_port": host_port, "container_port": container_port, "protocol": protocol })
        })
    };
    json!(ports.iter().flat_map(one).collect::<Vec<_>>())
}

fn labelled() -> Vec<Row> {
    let group = || {
        json!([
            { "label": "http", "value": 23456, "to": 8080, "host_ip": "127.0.0.1" },
            { "label": "admin", "value": 23457, "to": 0, "host_ip": "127.0.0.1" },
            { "label": "bad", "value": 23458, "to": 70000, "host_ip": "" },
        ])
    };
    let facts = || json!({ "nomad": { "ports": group() } });
    let http = || published(&[("127.0.0.1", 23456, 8080)]);
    vec![
        row(
            "ports are published for both protocols",
            json!({ "ports": ["http", "admin"] }),
            facts(),
            json!({ "portmappings": published(&[("127.0.0.1", 23456, 8080), ("127.0.0.1", 23457, 23457)]) }),
            &[],
        ),
        row("a port that no task names is not", json!({}), facts(), json!({}), &[]),
        row(
            "a label twice is published once",
            json!({ "ports": ["http", "http"] }),
            facts(),
            json!({ "portmappings": http() }),
            &[
                "port_given_twice at ports[1]: The port \"http\" stands twice in ports, and is published once. | Keep it once.",
            ],
        ),
        row(
            "an unknown label is refused with the nearest one",
            json!({ "ports": ["htpp", "http"] }),
            facts(),
            json!({ "portmappings": http() }),
            &[
                "unknown_port at ports[0]: Port \"htpp\" not found, check network stanza | Did you mean `http`?",
            ],
        ),
        row(
            "a label that is known only at run time is not judged",
            json!({ "ports": ["${meta.port}"] }),
            facts(),
            json!({}),
            &[],
        ),
        row(
            "a group without network has no ports",
            json!({ "ports": ["http"] }),
            json!({}),
            json!({}),
            &[
                "ports_without_network at ports: No ports defined in network stanza | Add to the group: `network { port \"LABEL\" { to = PORT } }`.",
            ],
        ),
        row(
            "a number beyond 16 bits is refused and not cut",
            json!({ "ports": ["bad"] }),
            facts(),
            json!({}),
            &["bad_port_number at ports[0]: 70000 is no port; the port \"bad\" cannot be published."],
        ),
        row(
            "on the host's network ports are sent and told",
            json!({ "ports": ["http"], "network_mode": "host" }),
            facts(),
            json!({ "portmappings": http(), "netns": { "nsmode": "host" } }),
            &[
                "ports_without_effect at ports: Ports are not published where the container's network is host. | Let the process listen on the port that Nomad chose, and leave it away.",
            ],
        ),
        row(
            "in Nomad's namespace too",
            json!({ "ports": ["http"] }),
            json!({ "nomad": { "ports": group(), "netns_path": "/var/run/netns/a" } }),
            json!({ "portmappings": http(), "netns": { "nsmode": "path", "value": "/var/run/netns/a" } }),
            &[
                "ports_without_effect at ports: Ports are not published where the container's network is path. | Leave it away.",
            ],
        ),
    ]
}

fn mapped() -> Vec<Row> {
    const OLD: &str = "deprecated_option at port_map: `port_map` is deprecated. | Use `ports`.";
    let facts = || {
        json!({ "nomad": { "networks": [{
            "ip": "192.0.2.7",
            "reserved_ports": [{ "label": "admin", "value": 9000 }],
            "dynamic_ports": [{ "label": "redis", "value": 22000 }],
        }] } })
    };
    let admin = ("192.0.2.7", 9000, 9000);
    vec![
        row(
            "port_map names the ports inside, and all of the network are published",
            json!({ "port_map": { "redis": 6379 } }),
            facts(),
            json!({ "env": { "NOMAD_PORT_redis": "6379" }, "portmappings": published(&[admin, ("192.0.2.7", 22000, 6379)]) }),
            &[OLD],
        ),
        row(
            "an unknown label sets its variable and is told",
            json!({ "port_map": { "rediss": 6379 } }),
            facts(),
            json!({ "env": { "NOMAD_PORT_rediss": "6379" }, "portmappings": published(&[admin, ("192.0.2.7", 22000, 22000)]) }),
            &[
                OLD,
                "port_map_label_unknown at port_map.rediss: port_map has the label \"rediss\", which is no port of the task's network. | Did you mean `redis`?",
            ],
        ),
        row(
            "the variable of a label has a name that a shell takes",
            json!({ "port_map": { "re-dis.x": 6379 } }),
            facts(),
            json!({ "env": { "NOMAD_PORT_re_dis.x": "6379" }, "portmappings": published(&[admin, ("192.0.2.7", 22000, 22000)]) }),
            &[
                OLD,
                "port_map_label_unknown at port_map.re-dis.x: port_map has the label \"re-dis.x\", which is no port of the task's network.",
            ],
        ),
        row(
            "without a network nothing can be mapped",
            json!({ "port_map": { "redis": 6379 } }),
            json!({}),
            json!({ "env": { "NOMAD_PORT_redis": "6379" } }),
            &[
                OLD,
                "port_map_without_network at port_map: Trying to map ports but no network interface is available | Use `ports` with a `network` block of the group.",
            ],
        ),
        row(
            "both ways at once are refused",
            json!({ "port_map": { "redis": 6379 }, "ports": ["redis"] }),
            facts(),
            json!({ "env": { "NOMAD_PORT_redis": "6379" } }),
            &[
                OLD,
                "ports_and_port_map at port_map: Invalid port declaration; use of port_map and ports | Keep `ports`, and write the container's port as `to` into the group's `network`.",
            ],
        ),
        row(
            "a port inside is a port",
            json!({ "port_map": { "redis": 70000 } }),
            facts(),
            json!({ "env": { "NOMAD_PORT_redis": "70000" }, "portmappings": published(&[admin]) }),
            &[
                OLD,
                "bad_port_number at port_map.redis: 70000 is no port; the port \"redis\" cannot be published.",
            ],
        ),
    ]
}

#[test]
fn ports_are_published_by_label() {
    check(&labelled());
}

#[test]
fn port_map_publishes_the_tasks_own_network() {
    check(&mapped());
}
