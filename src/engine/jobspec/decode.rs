//! From evaluated blocks to a [`Job`]. Scalars convert as in Nomad; what does not is reported, and the part is left
//! out. Nothing here knows where the blocks came from.

use std::time::Duration;

use super::duration;
use super::eval::Evaluator;
use super::ids;
use super::job::*;
use super::number;
use super::raw::Raw;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::value::{Entry, Node, Value};

/// The job that the blocks say.
pub(crate) fn job(cx: &Evaluator<'_>, raw: Raw) -> Job {
    let id = raw
        .label
        .clone()
        .or_else(|| text(cx, &raw, "id"))
        .unwrap_or(Spanned { value: String::new(), span: raw.span });
    let mut job = Job {
        id,
        name: text(cx, &raw, "name"),
        job_type: text(cx, &raw, "type"),
        namespace: text(cx, &raw, "namespace"),
        region: text(cx, &raw, "region"),
        datacenters: texts(cx, &raw, "datacenters"),
        meta: pairs(cx, &raw, "meta"),
        groups: Vec::new(),
        span: raw.span,
    };
    let (tasks, others): (Vec<_>, Vec<_>) = raw.blocks.into_iter().partition(|block| block.kind == "task");
    job.groups.extend(tasks.into_iter().map(|raw| lone_task(cx, raw)));
    job.groups.extend(others.into_iter().map(|raw| group(cx, raw)));
    job
}

/// A task right inside of the job: Nomad makes a group of its name around it.
fn lone_task(cx: &Evaluator<'_>, raw: Raw) -> Group {
    let task = task(cx, raw, None);
    Group {
        name: task.name.clone(),
        count: None,
        meta: Vec::new(),
        networks: Vec::new(),
        volumes: Vec::new(),
        services: Vec::new(),
        span: task.span,
        tasks: vec![task],
    }
}

fn group(cx: &Evaluator<'_>, raw: Raw) -> Group {
    let mut group = Group {
        name: name(&raw),
        count: int(cx, &raw, "count"),
        meta: pairs(cx, &raw, "meta"),
        networks: Vec::new(),
        volumes: Vec::new(),
        tasks: Vec::new(),
        services: Vec::new(),
        span: raw.span,
    };
    for block in raw.blocks {
        match block.kind {
            "network" => group.networks.push(network(cx, &block)),
            "volume" => group.volumes.push(volume(cx, &block)),
            "task" => group.tasks.push(task(cx, block, None)),
            "service" => group.services.push(service(cx, block)),
            _ => {}
        }
    }
    group
}

fn network(cx: &Evaluator<'_>, raw: &Raw) -> Network {
    let dns = raw.blocks.iter().find(|block| block.kind == "dns").map(|raw| Dns {
        servers: texts(cx, raw, "servers"),
        searches: texts(cx, raw, "searches"),
        options: texts(cx, raw, "options"),
        span: raw.span,
    });
    let ports = raw.blocks.iter().filter(|block| block.kind == "port").map(|raw| Port {
        label: name(raw),
        // A static port of 0 is one that Nomad chooses.
        static_port: int(cx, raw, "static").filter(|port| port.value > 0),
        to: int(cx, raw, "to").filter(|port| port.value != 0),
        host_network: text(cx, raw, "host_network"),
        span: raw.span,
    });
    let ports = ports.collect();
    Network { mode: text(cx, raw, "mode"), hostname: text(cx, raw, "hostname"), dns, ports, span: raw.span }
}

fn volume(cx: &Evaluator<'_>, raw: &Raw) -> Volume {
    Volume {
        name: name(raw),
        volume_type: text(cx, raw, "type"),
        source: text(cx, raw, "source"),
        read_only: boolean(cx, raw, "read_only"),
        span: raw.span,
    }
}

fn service(cx: &Evaluator<'_>, raw: Raw) -> Service {
    let (service_name, span) = (text(cx, &raw, "name"), raw.span);
    let shown = service_name.as_ref().map_or("", |name| name.value.as_str()).to_owned();
    let connect = raw.blocks.into_iter().find(|block| block.kind == "connect");
    let sidecar_task = connect.and_then(|connect| {
        let gateway = connect.blocks.iter().find(|block| block.kind == "gateway");
        let prefix = match gateway.and_then(|gateway| gateway.blocks.first()).map(|block| block.kind) {
            Some("ingress") => "connect-ingress",
            Some("terminating") => "connect-terminating",
            Some("mesh") => "connect-mesh",
            _ => "connect-proxy",
        };
        let raw = connect.blocks.into_iter().find(|block| block.kind == "sidecar_task")?;
        Some(task(cx, raw, Some(format!("{prefix}-{shown}"))))
    });
    Service { name: service_name, sidecar_task, span }
}

/// A task; a side-car's name is given.
fn task(cx: &Evaluator<'_>, raw: Raw, sidecar: Option<String>) -> Task {
    let (task_name, is_sidecar) = match sidecar {
        Some(value) => (text(cx, &raw, "name").unwrap_or(Spanned { value, span: None }), true),
        None => (name(&raw), false),
    };
    let find = |kind: &str| raw.blocks.iter().find(|block| block.kind == kind);
    let mounts = raw.blocks.iter().filter(|block| block.kind == "volume_mount").map(|raw| VolumeMount {
        volume: text(cx, raw, "volume"),
        destination: text(cx, raw, "destination"),
        read_only: boolean(cx, raw, "read_only"),
        propagation_mode: text(cx, raw, "propagation_mode"),
        selinux_label: text(cx, raw, "selinux_label"),
        span: raw.span,
    });
    let mut task = Task {
        name: task_name,
        driver: text(cx, &raw, "driver"),
        user: text(cx, &raw, "user"),
        env: pairs(cx, &raw, "env"),
        resources: find("resources").map_or_else(Resources::default, |raw| resources(cx, raw)),
        volume_mounts: mounts.collect(),
        kill_signal: text(cx, &raw, "kill_signal"),
        kill_timeout: time(cx, &raw, "kill_timeout"),
        leader: boolean(cx, &raw, "leader"),
        lifecycle: find("lifecycle").map(|raw| Lifecycle {
            hook: text(cx, raw, "hook"),
            sidecar: boolean(cx, raw, "sidecar"),
            span: raw.span,
        }),
        meta: pairs(cx, &raw, "meta"),
        config: Node::new(Value::Object(Vec::new()), raw.span),
        config_span: None,
        sidecar: is_sidecar,
        span: raw.span,
    };
    if let Some(config) = raw.entries.into_iter().find(|entry| entry.key == "config") {
        task.config_span = config.node.span.or(config.key_span);
        if matches!(config.node.value, Value::Object(_)) {
            task.config = config.node;
        }
    }
    task
}

fn resources(cx: &Evaluator<'_>, raw: &Raw) -> Resources {
    let devices = raw.blocks.iter().filter(|block| block.kind == "device");
    Resources {
        cpu: int(cx, raw, "cpu"),
        cores: int(cx, raw, "cores"),
        memory: int(cx, raw, "memory"),
        memory_max: int(cx, raw, "memory_max"),
        secrets: int(cx, raw, "secrets"),
        networks: raw
            .blocks
            .iter()
            .filter(|block| block.kind == "network")
            .map(|raw| network(cx, raw))
            .collect(),
        devices: devices
            .map(|raw| Device { name: name(raw), count: int(cx, raw, "count"), span: raw.span })
            .collect(),
        span: raw.span,
    }
}

fn name(raw: &Raw) -> Spanned<String> {
    raw.label.clone().unwrap_or(Spanned { value: String::new(), span: raw.span })
}

/// The attribute, unless it is null or missing.
fn entry<'r>(raw: &'r Raw, name: &str) -> Option<&'r Entry> {
    raw.entries.iter().find(|entry| entry.key == name && entry.node.value != Value::Null)
}

fn wrong<T>(cx: &Evaluator<'_>, what: &str, wanted: &str, node: &Node, span: Option<Span>) -> Option<T> {
    let message = format!("\"{what}\" is {wanted}; this is {}.", shown(&node.value));
    cx.env.report(Diagnostic::error(ids::WRONG_JOB_VALUE, message).spanned(node.span.or(span)));
    None
}

fn shown(value: &Value) -> String {
    match value {
        Value::Template(_) => "known only when the task runs".to_owned(),
        other => other.kind().to_owned(),
    }
}

fn scalar_text(node: &Node) -> Option<String> {
    match &node.value {
        Value::Text(text) | Value::Template(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(it) => Some(it.to_string()),
        _ => None,
    }
}

fn text(cx: &Evaluator<'_>, raw: &Raw, name: &str) -> Option<Spanned<String>> {
    let entry = entry(raw, name)?;
    match scalar_text(&entry.node) {
        Some(value) => Some(Spanned { value, span: entry.node.span }),
        None => wrong(cx, name, "a string", &entry.node, entry.key_span),
    }
}

fn texts(cx: &Evaluator<'_>, raw: &Raw, name: &str) -> Vec<Spanned<String>> {
    let Some(entry) = entry(raw, name) else { return Vec::new() };
    let Value::List(items) = &entry.node.value else {
        return wrong(cx, name, "a list of strings", &entry.node, entry.key_span).unwrap_or_default();
    };
    let items = items.iter().filter_map(|item| match scalar_text(item) {
        Some(value) => Some(Spanned { value, span: item.span }),
        None => wrong(cx, name, "a list of strings", item, entry.key_span),
    });
    items.collect()
}

fn pairs(cx: &Evaluator<'_>, raw: &Raw, name: &str) -> Vec<Pair> {
    let Some(entry) = entry(raw, name) else { return Vec::new() };
    let Value::Object(entries) = &entry.node.value else {
        return wrong(cx, name, "an object", &entry.node, entry.key_span).unwrap_or_default();
    };
    let pairs = entries.iter().filter(|entry| entry.node.value != Value::Null).filter_map(|entry| {
        let value = match scalar_text(&entry.node) {
            Some(value) => Spanned { value, span: entry.node.span },
            None => {
                return wrong(cx, &format!("{name}.{}", entry.key), "a string", &entry.node, entry.key_span);
            }
        };
        Some(Pair { name: Spanned { value: entry.key.clone(), span: entry.key_span }, value })
    });
    pairs.collect()
}

fn int(cx: &Evaluator<'_>, raw: &Raw, name: &str) -> Option<Spanned<i64>> {
    let entry = entry(raw, name)?;
    let value = match &entry.node.value {
        Value::Number(it) => number::integer(*it),
        Value::Text(text) => number::parse(text).and_then(number::integer),
        _ => None,
    };
    match value {
        Some(value) => Some(Spanned { value, span: entry.node.span }),
        None => wrong(cx, name, "a whole number", &entry.node, entry.key_span),
    }
}

fn boolean(cx: &Evaluator<'_>, raw: &Raw, name: &str) -> Option<Spanned<bool>> {
    let entry = entry(raw, name)?;
    let value = match &entry.node.value {
        Value::Bool(it) => Some(*it),
        Value::Text(text) if matches!(text.as_str(), "true" | "1") => Some(true),
        Value::Text(text) if matches!(text.as_str(), "false" | "0") => Some(false),
        _ => None,
    };
    match value {
        Some(value) => Some(Spanned { value, span: entry.node.span }),
        None => wrong(cx, name, "a bool", &entry.node, entry.key_span),
    }
}

fn time(cx: &Evaluator<'_>, raw: &Raw, name: &str) -> Option<Spanned<Duration>> {
    let entry = entry(raw, name)?;
    let nanoseconds = match &entry.node.value {
        Value::Number(it) => number::integer(*it),
        Value::Text(text) => duration::parse(text),
        _ => None,
    };
    match nanoseconds.and_then(|nanoseconds| u64::try_from(nanoseconds).ok()) {
        Some(value) => Some(Spanned { value: Duration::from_nanos(value), span: entry.node.span }),
        None => wrong(cx, name, "a duration such as \"30s\"", &entry.node, entry.key_span),
    }
}
