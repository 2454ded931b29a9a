//! What `inspect` does not show of a running container stands in the configuration that Podman wrote for the runtime:
//! kernel parameters, masked paths, options of /proc, the system call filter, and on 4.3.1 the IPC namespace.

#![allow(dead_code)]

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

/// What the runtime was told otherwise than the spec asked, in words. `inspect` is that of a running container whose
/// storage can be read from here.
pub fn runtime_differences(spec: &Value, inspect: &Value) -> Vec<String> {
    let path = PathBuf::from(inspect["OCIConfigPath"].as_str().expect("the container was started"));
    let config = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let config: Value = serde_json::from_slice(&config).expect("JSON");
    let linux = &config["linux"];
    let mut found = Vec::new();
    let mut expect = |what: String, is: bool| {
        if !is {
            found.push(format!("{what}: the runtime was not told so"));
        }
    };
    for (name, value) in spec["sysctl"].as_object().into_iter().flatten() {
        expect(format!("sysctl {name} = {value}"), linux["sysctl"][name] == *value);
    }
    for path in list(&spec["mask"]) {
        expect(format!("masks {path}"), list(&linux["maskedPaths"]).contains(path));
    }
    for path in list(&spec["unmask"]) {
        let masked = [list(&linux["maskedPaths"]), list(&linux["readonlyPaths"])].concat();
        let all = path.as_str().is_some_and(|path| path.eq_ignore_ascii_case("all"));
        expect(format!("unmasks {path}"), if all { masked.is_empty() } else { !masked.contains(path) });
    }
    let proc = list(&config["mounts"]).iter().find(|mount| mount["destination"] == "/proc");
    for option in list(&spec["procfs_opts"]) {
        expect(
            format!("/proc with {option}"),
            proc.is_some_and(|proc| list(&proc["options"]).contains(option)),
        );
    }
    if let Some(profile) = spec["seccomp_profile_path"].as_str() {
        expect(format!("seccomp {profile}"), (profile == "unconfined") == linux["seccomp"].is_null());
    }
    if let Some(mode) = spec["ipcns"]["nsmode"].as_str() {
        // A namespace that the runtime is not told about is the host's.
        let own = list(&linux["namespaces"]).iter().any(|namespace| namespace["type"] == "ipc");
        expect(format!("ipcns {mode}"), own == (mode != "host"));
    }
    found
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}
