//! What a client sends of a task becomes the engine's facts, to the last member, and what it leaves out is no panic.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use nomad_driver_podman::driver::request;
use nomad_driver_podman::plugin::generated::driver::network_isolation_spec::NetworkIsolationMode;
use nomad_driver_podman::plugin::generated::driver::{
    AllocatedCpuResources, AllocatedMemoryResources, AllocatedTaskResources, Device, DnsConfig,
    LinuxResources, Mount, NetworkIsolationSpec, NetworkPort, NetworkResource, PortMapping, Resources,
    TaskConfig,
};
use podman_driver_engine::facts::{Dns, NomadDevice, NomadMount, NomadNetwork, NomadPort, NomadTask};
use proptest::prelude::*;
use prost::Message;

fn resources() -> Resources {
    Resources {
        allocated_resources: Some(AllocatedTaskResources {
            cpu: Some(AllocatedCpuResources { cpu_shares: 500 }),
            memory: Some(AllocatedMemoryResources { memory_mb: 256, memory_max_mb: -1 }),
            networks: vec![NetworkResource {
                ip: "10.0.0.1".to_owned(),
                reserved_ports: vec![NetworkPort { label: "ssh".to_owned(), value: 22 }],
                dynamic_ports: vec![NetworkPort { label: "http".to_owned(), value: 20_001 }],
                ..NetworkResource::default()
            }],
        }),
        linux_resources: Some(LinuxResources {
            cpu_shares: 501,
            cpuset_cpus: "0,1".to_owned(),
            percent_ticks: 0.25,
            ..LinuxResources::default()
        }),
        ports: vec![PortMapping {
            label: "http".to_owned(),
            value: 20_001,
            to: 80,
            host_ip: "10.0.0.1".to_owned(),
        }],
    }
}

fn task() -> TaskConfig {
    TaskConfig {
        id: "alloc/web/01234567".to_owned(),
        name: "web".to_owned(),
        env: [("A".to_owned(), "1".to_owned())].into(),
        resources: Some(resources()),
        mounts: vec![Mount {
            task_path: "/data".to_owned(),
            host_path: "/srv/data".to_owned(),
            readonly: true,
            propagation_mode: "private".to_owned(),
            selinux_label: "z".to_owned(),
            ..Mount::default()
        }],
        devices: vec![Device {
            task_path: "/dev/a".to_owned(),
            host_path: "/dev/b".to_owned(),
            cgroup_permissions: "rw".to_owned(),
        }],
        user: "1000:1000".to_owned(),
        alloc_dir: "/var/alloc/x/".to_owned(),
        stdout_path: "/var/alloc/x/alloc/logs/.web.stdout.fifo".to_owned(),
        stderr_path: "/var/alloc/x/alloc/logs/.web.stderr.fifo".to_owned(),
        task_group_name: "front".to_owned(),
        job_name: "shop".to_owned(),
        alloc_id: "alloc".to_owned(),
        network_isolation_spec: Some(NetworkIsolationSpec {
            mode: NetworkIsolationMode::Group.into(),
            path: "/run/netns/x".to_owned(),
            ..NetworkIsolationSpec::default()
        }),
        dns: Some(DnsConfig {
            servers: vec!["10.0.0.2".to_owned()],
            searches: vec!["example.com".to_owned()],
            options: vec!["ndots:2".to_owned()],
        }),
        job_id: "shop-id".to_owned(),
        namespace: "default".to_owned(),
        node_name: "node-1".to_owned(),
        node_id: "node-id".to_owned(),
        ..TaskConfig::default()
    }
}

#[test]
fn everything_that_is_sent_arrives() {
    let text = str::to_owned;
    let port = |label: &str, value, to, host_ip: &str| NomadPort {
        label: label.to_owned(),
        value,
        to,
        host_ip: host_ip.to_owned(),
    };
    // Written out without a default: a fact that comes new has to be thought of here.
    let expected = NomadTask {
        task_name: text("web"),
        task_id: text("alloc/web/01234567"),
        alloc_id: text("alloc"),
        job_id: text("shop-id"),
        job_name: text("shop"),
        group_name: text("front"),
        namespace: text("default"),
        node_name: text("node-1"),
        node_id: text("node-id"),
        user: text("1000:1000"),
        env: [(text("A"), text("1"))].into(),
        memory_mb: 256,
        memory_max_mb: -1,
        cpu_shares: 501,
        percent_ticks: 0.25,
        cpuset: text("0,1"),
        alloc_dir: text("/var/alloc/x"),
        shared_alloc_dir: text("/var/alloc/x/alloc"),
        task_dir: text("/var/alloc/x/web"),
        task_local_dir: text("/var/alloc/x/web/local"),
        task_secrets_dir: text("/var/alloc/x/web/secrets"),
        stdout_path: text("/var/alloc/x/alloc/logs/.web.stdout.fifo"),
        stderr_path: text("/var/alloc/x/alloc/logs/.web.stderr.fifo"),
        mounts: vec![NomadMount {
            task_path: text("/data"),
            host_path: text("/srv/data"),
            readonly: true,
            propagation_mode: text("private"),
            selinux_label: text("z"),
        }],
        devices: vec![NomadDevice {
            task_path: text("/dev/a"),
            host_path: text("/dev/b"),
            permissions: text("rw"),
        }],
        dns: Some(Dns {
            servers: vec![text("10.0.0.2")],
            searches: vec![text("example.com")],
            options: vec![text("ndots:2")],
        }),
        ports: Some(vec![port("http", 20_001, 80, "10.0.0.1")]),
        networks: vec![NomadNetwork {
            ip: text("10.0.0.1"),
            reserved_ports: vec![port("ssh", 22, 0, "")],
            dynamic_ports: vec![port("http", 20_001, 0, "")],
        }],
        netns_path: text("/run/netns/x"),
        netns_mode: text("group"),
    };
    assert_eq!(request::nomad_task(&task()), Ok(expected));
    let ident = request::ident(&task());
    assert_eq!(
        (ident.task_id.as_str(), ident.alloc_id.as_str(), ident.task_name.as_str()),
        ("alloc/web/01234567", "alloc", "web")
    );
}

#[test]
fn what_is_left_out_has_the_meaning_that_a_client_gives_it() {
    let bare = TaskConfig {
        name: "web".to_owned(),
        alloc_dir: "/a".to_owned(),
        resources: Some(Resources {
            allocated_resources: Some(AllocatedTaskResources {
                cpu: Some(AllocatedCpuResources { cpu_shares: 100 }),
                ..AllocatedTaskResources::default()
            }),
            ..Resources::default()
        }),
        ..TaskConfig::default()
    };
    let facts = request::nomad_task(&bare).unwrap();
    assert_eq!((facts.memory_mb, facts.memory_max_mb, facts.cpu_shares), (0, 0, 100));
    assert_eq!((facts.ports, facts.dns), (None, None), "an empty list of ports is none");
    assert_eq!((facts.netns_mode.as_str(), facts.netns_path.as_str()), ("", ""));
    assert_eq!(
        (facts.namespace.as_str(), facts.alloc_id.as_str()),
        ("", ""),
        "no stand-in of the render tool"
    );

    let empty = DnsConfig::default();
    let facts = request::nomad_task(&TaskConfig { dns: Some(empty), ..bare }).unwrap();
    assert_eq!(facts.dns, Some(Dns::default()), "an empty block is not the same as none");
}

#[test]
fn a_request_without_resources_is_an_error_that_names_them() {
    let without = TaskConfig { resources: None, ..task() };
    let error = request::nomad_task(&without).unwrap_err();
    assert!(error.message().contains("\"web\" has no resources"), "{error}");
    let without = TaskConfig { resources: Some(Resources::default()), ..task() };
    let error = request::nomad_task(&without).unwrap_err();
    assert!(error.message().contains("resources.allocated_resources"), "{error}");
}

#[test]
fn odd_numbers_are_no_panic() {
    let mut odd = task();
    let resources = odd.resources.as_mut().unwrap();
    resources.linux_resources.as_mut().unwrap().percent_ticks = f64::NAN;
    resources.ports[0].value = -1;
    odd.network_isolation_spec.as_mut().unwrap().mode = 99;
    let facts = request::nomad_task(&odd).unwrap();
    assert_eq!((facts.percent_ticks, facts.ports.unwrap()[0].value), (0.0, 0));
    assert_eq!(facts.netns_mode, "host", "a mode that nobody knows is the wire's default");
}

#[test]
fn no_config_is_the_go_drivers_error() {
    assert_eq!(request::config(&task()).unwrap_err().message(), "failed to decode driver config: EOF");
    let broken = TaskConfig { msgpack_driver_config: vec![0xc1].into(), ..task() };
    let error = request::config(&broken).unwrap_err();
    assert!(error.message().starts_with("failed to decode driver config: msgpack decode error"), "{error}");
}

proptest! {
    #[test]
    fn damaged_requests_are_no_panic(at in 0usize..600, with in any::<u8>()) {
        let mut bytes = task().encode_to_vec();
        let at = at % bytes.len();
        bytes[at] = with;
        if let Ok(task) = TaskConfig::decode(bytes.as_slice()) {
            let _ = request::nomad_task(&task);
            let _ = request::config(&task);
        }
    }
}
