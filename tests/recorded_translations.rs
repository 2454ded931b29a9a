//! The recorded translations of the Go driver: every case goes through decode and `translate` up to the stage that is
//! recorded for it, and the result is compared member by member. Where we differ on purpose, the case stands in
//! [`DIFFERENT`] and has a test of what we do instead; what only a shell can decide stands in [`SHELL`].

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support {
    pub mod hcl;
}

use std::collections::BTreeMap;

use podman_driver_engine::config::{PluginConfig, Sources, TaskConfig, decode};
use podman_driver_engine::facts::{
    Dns, HostFacts, NomadDevice, NomadMount, NomadNetwork, NomadPort, NomadTask,
};
use podman_driver_engine::generated::diagnostics as ids;
use podman_driver_engine::pull::{PullPlan, PullPolicy};
use podman_driver_engine::translate::{Request, Translation, translate};
use serde_json::{Value, json};
use support::hcl::config_block;

/// Cases whose result depends on what only the driver's shell does, with the reason. They pass with the plugin.
const SHELL: &[(&str, &str)] = &[
    ("pull error", "the pull itself fails"),
    ("same name running", "a container of this name runs and is adopted, so that nothing is created"),
    ("first socket is default", "which client a task without `socket` gets is decided where the clients are"),
    ("socket that is not configured", "which clients exist is known where they are made"),
];

/// Cases that may differ and do, with the reason.
const DIFFERENT: &[(&str, &str)] = &[
    ("minimal on cgroup v1", "swappiness is not sent where nobody set it"),
    ("apparmor", "swappiness is not sent where nobody set it"),
    ("entrypoint as empty list", "an empty list stays an explicit empty entrypoint"),
    ("tmpfs bad", "an unknown mount option is a warning here and an error of Podman"),
    ("nomad devices", "devices of device plugins reach the container"),
    ("static address in host mode", "an address that cannot take effect is an error"),
    ("memory_swap bad unit", "T is a unit"),
    ("swappiness v2", "an option without effect is a warning"),
];

#[derive(serde::Deserialize)]
struct Case {
    name: String,
    host: Value,
    #[serde(default)]
    world: World,
    #[serde(default)]
    plugin_config: String,
    task_config: String,
    nomad: Nomad,
    #[serde(default)]
    may_differ: Option<String>,
    result: Recorded,
}

#[derive(Default, serde::Deserialize)]
struct World {
    #[serde(default)]
    images: BTreeMap<String, String>,
    #[serde(default)]
    networks: Vec<String>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Nomad {
    memory_mb: i64,
    memory_max_mb: i64,
    cpu_shares: i64,
    percent_ticks: f64,
    cpuset: String,
    user: String,
    env: BTreeMap<String, String>,
    mounts: Vec<Mount>,
    devices: Vec<Device>,
    dns: Option<Resolver>,
    ports: Option<Vec<NomadPort>>,
    networks: Vec<Network>,
    netns_mode: String,
    netns_path: String,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Mount {
    task_path: String,
    host_path: String,
    readonly: bool,
    propagation_mode: String,
    #[serde(rename = "SELinuxLabel")]
    selinux_label: String,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Device {
    task_path: String,
    host_path: String,
    permissions: String,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Resolver {
    servers: Vec<String>,
    searches: Vec<String>,
    options: Vec<String>,
}

#[derive(serde::Deserialize)]
struct Network {
    ip: String,
    #[serde(default)]
    dynamic: BTreeMap<String, u32>,
    #[serde(default)]
    reserved: BTreeMap<String, u32>,
}

#[derive(serde::Deserialize)]
struct Recorded {
    #[serde(default)]
    create: Option<Value>,
    #[serde(default)]
    pull: Option<Value>,
    #[serde(default)]
    stage: Option<String>,
    #[serde(default)]
    error: Option<String>,
}

fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    for topic in
        ["basics", "images", "labels", "logging", "mounts", "network", "plugin", "resources", "security"]
    {
        let path = format!("{}/tests/vectors/{topic}.json", env!("CARGO_MANIFEST_DIR"));
        // The recorded folder has no absolute path; volumes are judged by theirs.
        let text = std::fs::read_to_string(path)
            .unwrap()
            .replace("\"DIR/", "\"/DIR/")
            .replace("unix://SOCKET", "unix:///SOCKET");
        let cases: Vec<Case> = serde_json::from_str(&text).unwrap();
        all.extend(cases);
    }
    all
}

/// How far a case came.
#[derive(Debug)]
enum Outcome {
    PluginConfigParse(String),
    SetConfig(String),
    TaskConfigParse(String),
    Start(String),
    Created(Box<Translation>),
}

impl Outcome {
    fn stage(&self) -> Option<&'static str> {
        match self {
            Outcome::PluginConfigParse(_) => Some("plugin config parse"),
            Outcome::SetConfig(_) => Some("set config"),
            Outcome::TaskConfigParse(_) => Some("task config parse"),
            Outcome::Start(_) => Some("start"),
            Outcome::Created(_) => None,
        }
    }

    fn error(&self) -> Option<&str> {
        match self {
            Outcome::PluginConfigParse(text)
            | Outcome::SetConfig(text)
            | Outcome::TaskConfigParse(text)
            | Outcome::Start(text) => Some(text),
            Outcome::Created(_) => None,
        }
    }
}

/// The bodies were recorded in HCL 1, which takes quoted keys in blocks; HCL 2 takes them in objects only.
fn attributes(body: &str) -> String {
    let mut lines: Vec<String> = body.lines().map(str::to_owned).collect();
    for at in 0..lines.len() {
        if lines[at].trim_start().starts_with('"') && lines[at].contains(" = ") {
            let block = lines[..at].iter().rposition(|line| line.ends_with('{')).unwrap();
            if !lines[block].contains('=') {
                lines[block] = lines[block].replace('{', "= {");
            }
        }
    }
    lines.join("\n")
}

fn run(case: &Case) -> Outcome {
    let plugin = decode::plugin(&config_block(&attributes(&case.plugin_config)), None);
    if let Some(error) = first_error(&plugin.diagnostics) {
        return Outcome::PluginConfigParse(error);
    }
    let settings = podman_driver_engine::settings::check(&plugin.config, &plugin.sources);
    if let Some(error) = first_error(&settings) {
        return Outcome::SetConfig(error);
    }
    let task = decode::task(&config_block(&attributes(&case.task_config)), None);
    if let Some(error) = first_error(&task.diagnostics) {
        return Outcome::TaskConfigParse(error);
    }
    // What the plugin gets is msgpack: the same config has to come out of that.
    let sent = rmp_serde::to_vec_named(&task.config).unwrap();
    assert_eq!(decode::task_from_msgpack(&sent).as_ref(), Ok(&task.config), "{}: msgpack", case.name);
    let translation = translated(case, &plugin.config, &task.config, &task.sources);
    match first_error(&translation.diagnostics) {
        Some(error) => Outcome::Start(error),
        None => Outcome::Created(Box::new(translation)),
    }
}

fn first_error(diagnostics: &[podman_driver_engine::diagnostic::Diagnostic]) -> Option<String> {
    diagnostics.iter().find(|diagnostic| diagnostic.is_error()).map(|diagnostic| diagnostic.message.clone())
}

fn translated(case: &Case, plugin: &PluginConfig, task: &TaskConfig, sources: &Sources) -> Translation {
    let (nomad, host) = (nomad_task(case), host_facts(case));
    let request = Request {
        task,
        plugin,
        nomad: &nomad,
        host: &host,
        task_sources: sources,
        plugin_sources: &Sources::default(),
    };
    let translation = translate(&request);
    assert_eq!(translation.clashes, [], "{}: two rules set the same member", case.name);
    translation
}

fn host_facts(case: &Case) -> HostFacts {
    let mut images = case.world.images.clone();
    // The ID of an image that is pulled is known only afterwards: a fact for the translation.
    if let (Some(pull), Some(create)) = (&case.result.pull, &case.result.create) {
        images.insert(
            pull["query"]["reference"][0].as_str().unwrap().to_owned(),
            create["image"].as_str().unwrap().to_owned(),
        );
    }
    let facts = json!({
        "podman_version": case.host["version"],
        "rootless": case.host["rootless"],
        "cgroup_version": case.host["cgroup_version"],
        "cgroup_manager": case.host["cgroup_manager"],
        "apparmor": case.host["apparmor"],
        "selinux": case.host["selinux"],
        "processors": 2,
        "networks": case.world.networks,
        "images": images,
    });
    serde_json::from_value(facts).unwrap()
}

fn nomad_task(case: &Case) -> NomadTask {
    let nomad = &case.nomad;
    let alloc = "f8b2e5a0-1c3d-4e5f-8a9b-0c1d2e3f4a5b";
    let mut env: BTreeMap<String, String> = [
        ("NOMAD_TASK_NAME", "web"),
        ("NOMAD_ALLOC_ID", alloc),
        ("NOMAD_ALLOC_DIR", "/alloc"),
        ("NOMAD_TASK_DIR", "/local"),
        ("NOMAD_SECRETS_DIR", "/secrets"),
    ]
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .into();
    env.extend(nomad.env.clone());
    let ports = |map: &BTreeMap<String, u32>| {
        map.iter()
            .map(|(label, value)| NomadPort { label: label.clone(), value: *value, ..NomadPort::default() })
            .collect()
    };
    NomadTask {
        task_name: "web".to_owned(),
        task_id: format!("{alloc}/web/6a1c2b3d"),
        alloc_id: alloc.to_owned(),
        job_id: "shop-id".to_owned(),
        job_name: "shop".to_owned(),
        group_name: "front".to_owned(),
        namespace: "default".to_owned(),
        node_name: "node-1".to_owned(),
        node_id: "0b7f3c9e-2222-4444-8888-aaaaaaaaaaaa".to_owned(),
        user: nomad.user.clone(),
        env,
        memory_mb: nomad.memory_mb,
        memory_max_mb: nomad.memory_max_mb,
        cpu_shares: nomad.cpu_shares,
        percent_ticks: nomad.percent_ticks,
        cpuset: nomad.cpuset.clone(),
        alloc_dir: "/DIR/alloc".to_owned(),
        shared_alloc_dir: "/DIR/alloc/alloc".to_owned(),
        task_dir: "/DIR/alloc/web".to_owned(),
        task_local_dir: "/DIR/alloc/web/local".to_owned(),
        task_secrets_dir: "/DIR/alloc/web/secrets".to_owned(),
        stdout_path: "/DIR/.web.stdout.fifo".to_owned(),
        stderr_path: "/DIR/.web.stderr.fifo".to_owned(),
        mounts: nomad
            .mounts
            .iter()
            .map(|mount| NomadMount {
                task_path: mount.task_path.clone(),
                host_path: mount.host_path.clone(),
                readonly: mount.readonly,
                propagation_mode: mount.propagation_mode.clone(),
                selinux_label: mount.selinux_label.clone(),
            })
            .collect(),
        devices: nomad
            .devices
            .iter()
            .map(|device| NomadDevice {
                task_path: device.task_path.clone(),
                host_path: device.host_path.clone(),
                permissions: device.permissions.clone(),
            })
            .collect(),
        dns: nomad.dns.as_ref().map(|dns| Dns {
            servers: dns.servers.clone(),
            searches: dns.searches.clone(),
            options: dns.options.clone(),
        }),
        ports: nomad.ports.clone(),
        networks: nomad
            .networks
            .iter()
            .map(|network| NomadNetwork {
                ip: network.ip.clone(),
                reserved_ports: ports(&network.reserved),
                dynamic_ports: ports(&network.dynamic),
            })
            .collect(),
        netns_mode: nomad.netns_mode.clone(),
        netns_path: nomad.netns_path.clone(),
    }
}

/// Null, empty and false count as absent; a number 0 does not. Lists without order are sorted.
fn normalised(value: &Value, name: &str) -> Option<Value> {
    match value {
        Value::Null | Value::Bool(false) => None,
        Value::String(text) if text.is_empty() => None,
        Value::Array(items) => {
            let mut items: Vec<Value> =
                items.iter().map(|item| normalised(item, "").unwrap_or(Value::Null)).collect();
            if ["r_limits", "portmappings"].contains(&name) {
                items.sort_by_key(Value::to_string);
            }
            (!items.is_empty()).then_some(Value::Array(items))
        }
        Value::Object(entries) => {
            let entries: serde_json::Map<String, Value> = entries
                .iter()
                .filter_map(|(key, value)| {
                    // An environment keeps its empty values.
                    let kept = if name == "env" { Some(value.clone()) } else { normalised(value, key) };
                    Some((key.clone(), kept?))
                })
                .collect();
            (!entries.is_empty()).then_some(Value::Object(entries))
        }
        other => Some(other.clone()),
    }
}

/// The recorded query of a pull against the plan; TLS is verified where the Go driver does not.
fn check_pull(case: &Case, plan: Option<&PullPlan>) {
    let Some(pull) = &case.result.pull else { return };
    let plan = plan.unwrap_or_else(|| panic!("{}: there is no plan", case.name));
    let query = |key: &str| pull["query"][key][0].as_str().unwrap_or("").to_owned();
    assert_eq!(plan.reference(), query("reference"), "{}", case.name);
    assert_eq!(
        (&plan.platform.arch, &plan.platform.os, &plan.platform.variant),
        (&query("Arch"), &query("OS"), &query("Variant"))
    );
    let present = case.world.images.contains_key(&plan.reference());
    // With a platform the Go driver pulls an image that is there; we do unless that is of the platform.
    let perhaps = plan.policy == PullPolicy::Always || !plan.platform.is_host();
    assert_eq!(perhaps, present, "{}: pulled although present", case.name);
    assert_eq!(plan.tls_verify, !case.task_config.contains("tls_verify = false"), "{}", case.name);
    if pull.get("registry_auth").is_some() {
        assert_eq!(
            plan.login.as_ref().map(|login| (login.username.as_str(), login.password.expose())),
            Some(("u", "p"))
        );
    }
}

#[test]
fn every_case_comes_out_as_recorded() {
    let (mut wrong, mut same) = (Vec::new(), 0);
    let cases = cases();
    for case in &cases {
        let excepted = |list: &[(&str, &str)]| list.iter().any(|(name, _)| *name == case.name);
        if excepted(SHELL) || excepted(DIFFERENT) {
            continue;
        }
        let outcome = run(case);
        if outcome.stage() != case.result.stage.as_deref() {
            wrong.push(format!(
                "{}: recorded {:?} {:?}, came to {outcome:?}",
                case.name, case.result.stage, case.result.error
            ));
            continue;
        }
        // Only the stage has to be the same; the texts are as well, where the Go driver's own say it.
        let recorded = case.result.error.as_deref().unwrap_or("");
        let recorded = recorded
            .trim_start_matches("rpc error: code = Unknown desc = ")
            .trim_start_matches("SetConfig failed: ");
        if outcome.error().is_some_and(|ours| !ours.starts_with(recorded)) {
            wrong.push(format!("{}: recorded {recorded:?}, ours {:?}", case.name, outcome.error()));
            continue;
        }
        if let Outcome::Created(translation) = &outcome {
            check_pull(case, translation.pull.as_ref());
            let ours = normalised(&serde_json::to_value(&translation.spec).unwrap(), "");
            let theirs = normalised(case.result.create.as_ref().unwrap(), "");
            if ours != theirs {
                wrong.push(format!("{}: {}", case.name, difference(&theirs.unwrap(), &ours.unwrap())));
                continue;
            }
        }
        same += 1;
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    assert_eq!(same + SHELL.len() + DIFFERENT.len(), cases.len());
    assert_eq!(cases.len(), 158);
}

fn difference(theirs: &Value, ours: &Value) -> String {
    let keys = |value: &Value| {
        value.as_object().map(|map| map.keys().cloned().collect::<Vec<_>>()).unwrap_or_default()
    };
    let mut all = keys(theirs);
    all.extend(keys(ours));
    all.sort();
    all.dedup();
    let differing = all.iter().filter(|key| theirs.get(key.as_str()) != ours.get(key.as_str()));
    differing
        .map(|key| format!("{key}: recorded {:?}, ours {:?}", theirs.get(key), ours.get(key)))
        .collect::<Vec<_>>()
        .join("; ")
}

#[test]
fn only_cases_that_may_differ_do() {
    let cases = cases();
    let allowed: Vec<&str> =
        cases.iter().filter(|case| case.may_differ.is_some()).map(|case| case.name.as_str()).collect();
    let mut different: Vec<&str> = DIFFERENT.iter().map(|(name, _)| *name).collect();
    let mut sorted = allowed.clone();
    sorted.sort_unstable();
    different.sort_unstable();
    assert_eq!(different, sorted, "each case marked `may_differ` has a test of what we do instead");
}

/// The case of this name, translated; it has to come to a spec or to a start error.
fn named(name: &str) -> Outcome {
    let cases = cases();
    run(cases.iter().find(|case| case.name == name).unwrap_or_else(|| panic!("no case {name}")))
}

fn created(name: &str) -> Translation {
    match named(name) {
        Outcome::Created(translation) => *translation,
        other => panic!("{name} came to {other:?}"),
    }
}

/// The warnings of a case, by the names of their ids.
fn warnings(translation: &Translation) -> Vec<&'static str> {
    let known = |id| ids::ALL.iter().find(|entry| entry.id == id).map_or("", |entry| entry.name);
    translation
        .diagnostics
        .iter()
        .filter(|problem| !problem.is_error())
        .map(|problem| known(problem.id))
        .collect()
}

#[test]
fn swappiness_that_nobody_set_is_not_sent() {
    for name in ["minimal on cgroup v1", "apparmor"] {
        let limits = created(name).spec.resource_limits.unwrap();
        assert_eq!(limits.memory().unwrap().swappiness(), None, "{name}");
    }
}

#[test]
fn an_empty_entrypoint_is_sent_as_such() {
    let translation = created("entrypoint as empty list");
    assert_eq!(translation.spec.entrypoint, Some(Vec::new()));
    assert_eq!(warnings(&translation), ["entrypoint_empty"]);
}

#[test]
fn an_unknown_tmpfs_option_is_sent_with_a_warning() {
    let translation = created("tmpfs bad");
    let mounts = translation.spec.mounts.clone().unwrap();
    assert_eq!(mounts.last().unwrap().options().as_deref(), Some(&["banana".to_owned()][..]));
    assert_eq!(warnings(&translation), ["unknown_tmpfs_option"]);
}

#[test]
fn devices_of_device_plugins_reach_the_container() {
    let devices = created("nomad devices").spec.devices.unwrap();
    assert_eq!(
        devices.iter().map(|device| device.path.as_str()).collect::<Vec<_>>(),
        ["/dev/nvidia0:/dev/nvidia0:rwm"]
    );
}

#[test]
fn a_static_address_that_cannot_take_effect_is_an_error() {
    let outcome = named("static address in host mode");
    assert_eq!(outcome.stage(), Some("start"), "{outcome:?}");
}

#[test]
fn swap_may_be_given_in_terabytes() {
    let limits = created("memory_swap bad unit").spec.resource_limits.unwrap();
    assert_eq!(limits.memory().unwrap().swap(), Some(1 << 40));
}

#[test]
fn swappiness_on_cgroup_v2_is_left_out_with_a_warning() {
    let translation = created("swappiness v2");
    assert_eq!(translation.spec.resource_limits.as_ref().unwrap().memory().unwrap().swappiness(), None);
    assert_eq!(warnings(&translation), ["swappiness_without_effect"]);
}
