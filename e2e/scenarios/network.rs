//! Ports that are reached, the network that a group shares, and the network that one task takes from another.

use std::io::{Read, Write};

use crate::allocation::Allocation;
use crate::api::PATIENCE;
use crate::cluster::Cluster;
use crate::jobs::{Job, LAST};
use crate::support::within;

/// Shell that answers on a port with a line of text.
fn answer(port: u16, text: &str) -> String {
    format!(
        "mkdir -p /tmp/www{port}; echo {text} >/tmp/www{port}/index.html; httpd -p {port} -h /tmp/www{port}"
    )
}

/// What a port of the node answers, once somebody does.
fn fetch(cluster: &Cluster<'_>, port: u16) -> String {
    let mut text = String::new();
    let mut ask = || -> std::io::Result<()> {
        let mut stream = cluster.api.inside().connect(port)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(b"GET / HTTP/1.0\r\n\r\n")?;
        text.clear();
        stream.read_to_string(&mut text).map(drop)
    };
    assert!(within(PATIENCE, || ask().is_ok()), "nobody answers on port {port}");
    text
}

/// The port of the node that has been given to a label.
fn port(allocation: &Allocation<'_>, label: &str) -> u16 {
    let resources = &allocation.get()["AllocatedResources"]["Shared"];
    let ports = resources["Ports"].as_array().unwrap_or_else(|| panic!("no ports: {resources}"));
    let port =
        ports.iter().find(|port| port["Label"] == label).unwrap_or_else(|| panic!("{label}: {ports:?}"));
    u16::try_from(port["Value"].as_u64().unwrap()).unwrap()
}

pub fn published_ports_are_reached(cluster: &Cluster<'_>) {
    let network =
        "network {\n port \"fixed\" {\n static = 18080\n to = 80\n }\n port \"free\" { to = 81 }\n }";
    let shell = format!(
        "{}; {}; echo $NOMAD_HOST_PORT_free; echo {LAST}; exec sleep 600",
        answer(80, "this is fixed"),
        answer(81, "this is free")
    );
    let job =
        Job::service("ports").group(network).task_with("web", &shell, "ports = [\"fixed\", \"free\"]", "");
    let allocation = cluster.run(&job);
    let before = allocation.running("web");
    let free = port(&allocation, "free");
    assert!(fetch(cluster, 18080).ends_with("this is fixed\n"));
    assert!(fetch(cluster, free).ends_with("this is free\n"));
    let said = allocation.said_until("web", |line| line == LAST);
    assert!(said.contains(&free.to_string()), "the task knows its port: {said:?}");
    assert_eq!(allocation.container("web"), before);
    allocation.purge();
    assert!(cluster.api.inside().connect(18080).is_err(), "the port is free again");
}

pub fn a_group_shares_a_network(cluster: &Cluster<'_>) {
    let network = r#"network {
      mode = "bridge"
      dns {
        servers  = ["10.11.12.13"]
        searches = ["e2e.test"]
      }
      port "http" { to = 8080 }
    }"#;
    let server = format!(
        "{}; cat /etc/resolv.conf; ip -4 addr; echo {LAST}; exec sleep 600",
        answer(8080, "the group")
    );
    let neighbour = format!(
        "until wget -q -O - http://127.0.0.1:8080/; do usleep 100000; done; ip -4 addr; echo {LAST}; exec sleep 600"
    );
    let job = Job::service("group").group(network).task("server", &server).task("neighbour", &neighbour);
    let allocation = cluster.run(&job);
    let before = [allocation.running("server"), allocation.running("neighbour")];

    let said = allocation.said_until("server", |line| line == LAST);
    assert!(said.iter().any(|line| line == "nameserver 10.11.12.13"), "{said:?}");
    assert!(said.iter().any(|line| line.starts_with("search") && line.contains("e2e.test")), "{said:?}");
    let heard = allocation.said_until("neighbour", |line| line == LAST);
    assert!(heard.iter().any(|line| line == "the group"), "{heard:?}");
    let address = |said: &[String]| said.iter().find(|line| line.contains("inet 172.26.")).cloned();
    assert!(address(&said).is_some() && address(&said) == address(&heard), "one address: {said:?} {heard:?}");
    assert!(fetch(cluster, port(&allocation, "http")).ends_with("the group\n"));

    assert_eq!([allocation.container("server"), allocation.container("neighbour")], before);
    allocation.purge();
}

pub fn a_task_joins_the_network_of_another(cluster: &Cluster<'_>) {
    let server = format!("{}; echo {LAST}; exec sleep 600", answer(8080, "the other task"));
    let client = format!(
        "until wget -q -O - http://127.0.0.1:8080/; do usleep 100000; done; echo {LAST}; exec sleep 600"
    );
    let first = "lifecycle {\n hook = \"prestart\"\n sidecar = true\n }";
    let job = Job::service("joined").task_with("server", &server, "", first).task_with(
        "client",
        &client,
        "network_mode = \"task:server\"",
        "",
    );
    let allocation = cluster.run(&job);
    let before = [allocation.running("server"), allocation.running("client")];
    let heard = allocation.said_until("client", |line| line == LAST);
    assert!(heard.iter().any(|line| line == "the other task"), "{heard:?}");
    assert_eq!([allocation.container("server"), allocation.container("client")], before);
    allocation.purge();
}
