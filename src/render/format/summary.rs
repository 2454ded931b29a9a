//! `render --format summary`: a few lines a task, for a look at what it is before reading all of it.

use serde_json::Value;

use crate::render::job::{Translated, TranslatedTask};
use crate::render::spec::redacted;

/// Members that say what a task is, with the words that a person uses. `env` and `labels` are only counted.
const ROWS: [(&str, &str); 18] = [
    ("image", "/image"),
    ("entrypoint", "/entrypoint"),
    ("command", "/command"),
    ("user", "/user"),
    ("folder", "/work_dir"),
    ("memory", "/resource_limits/memory/limit"),
    ("cpu weight", "/resource_limits/cpu/shares"),
    ("cpu quota", "/resource_limits/cpu/quota"),
    ("cores", "/resource_limits/cpu/cpus"),
    ("network", "/netns/nsmode"),
    ("networks", "/Networks"),
    ("ports", "/portmappings"),
    ("mounts", "/mounts"),
    ("devices", "/devices"),
    ("privileged", "/privileged"),
    ("cap_add", "/cap_add"),
    ("cap_drop", "/cap_drop"),
    ("log", "/log_configuration/driver"),
];

pub(in crate::render) fn print(job: &Translated, task: &TranslatedTask) -> String {
    let spec = redacted(&task.translation.spec, false);
    let mut text = format!("{} / {} / {} ({})\n", job.job, task.group, task.task, job.name);
    for (name, path) in ROWS {
        if let Some(value) = spec.pointer(path)
            && !is_empty(value)
        {
            text.push_str(&format!("  {name:<11} {}\n", short(name, value)));
        }
    }
    for (name, path) in [("env", "/env"), ("labels", "/labels")] {
        if let Some(count) = spec.pointer(path).and_then(Value::as_object).map(|map| map.len()) {
            text.push_str(&format!("  {name:<11} {count}\n"));
        }
    }
    text
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

fn short(name: &str, value: &Value) -> String {
    match (name, value) {
        ("memory", Value::Number(bytes)) => match bytes.as_i64() {
            Some(bytes) if bytes % (1 << 20) == 0 => format!("{} MiB", bytes >> 20),
            _ => format!("{bytes} bytes"),
        },
        (_, Value::String(text)) => text.clone(),
        ("ports", Value::Array(ports)) => list(ports.iter().map(port)),
        ("mounts", Value::Array(mounts)) => list(mounts.iter().map(mount)),
        ("devices", Value::Array(devices)) => list(devices.iter().map(|device| text(device, "path"))),
        ("networks", Value::Object(networks)) => list(networks.keys().cloned()),
        (_, other) => other.to_string(),
    }
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}

fn text(value: &Value, member: &str) -> String {
    match value.get(member) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

fn port(port: &Value) -> String {
    let [ip, host, container, protocol] =
        ["host_ip", "host_port", "container_port", "protocol"].map(|member| text(port, member));
    format!("{ip}:{host}->{container}/{protocol}")
}

fn mount(mount: &Value) -> String {
    match text(mount, "source") {
        source if source.is_empty() => text(mount, "destination"),
        source => format!("{source}->{}", text(mount, "destination")),
    }
}
